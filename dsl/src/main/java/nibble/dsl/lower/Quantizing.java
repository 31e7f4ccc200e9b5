package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.Expression;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.format.RoundingMode;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Quantize;

/**
 * {@code quantize(x, to = i8, scale = token)}: codes and scales. The layout of scales may be written as in types,
 * {@code scale = scale(group(16), ue4m3, scale(tensor, f32))}. Further options are {@code scales} and {@code zeros},
 * tensors of static ones, {@code scale_format}, {@code rounding}, {@code residual} and {@code fallback}.
 */
final class Quantizing {
  private static final List<String> OPERANDS = List.of("scales", "zeros");

  private Quantizing() {}

  static Operand quantize(CallSite site) {
    List<String> names = List.of(
        "x", "to", "scale", "scales", "scale_format", "rounding", "zeros", "residual", "fallback");
    return site.bind(names, 3)
        .map(arguments -> quantize(arguments, site))
        .orElse(Operand.FAILED);
  }

  private static Operand quantize(ImmutableMap<String, Expression> arguments, CallSite site) {
    Frame frame = site.frame();
    Operand x = Expressions.tensor(arguments.get("x"), frame);
    Optional<NumberFormat> to = AttributeReader.format(arguments.get("to"), frame);
    Optional<ScaleLayout> scale = scale(arguments, frame);
    Optional<RoundingMode> rounding = arguments.containsKey("rounding")
        ? AttributeReader.rounding(arguments.get("rounding"), frame)
        : Optional.of(Rounding.NEAREST_EVEN);
    Optional<ImmutableList<Value>> operands = operands(x, arguments, frame);
    boolean complete = to.isPresent() && scale.isPresent() && rounding.isPresent() && operands.isPresent();
    Optional<NumberFormat> residual = Optional.ofNullable(arguments.get("residual"))
        .flatMap(format -> AttributeReader.format(format, frame));
    Optional<Double> fallback = Optional.ofNullable(arguments.get("fallback"))
        .flatMap(threshold -> AttributeReader.number(threshold, frame));
    complete &= residual.isPresent() == arguments.containsKey("residual");
    complete &= fallback.isPresent() == arguments.containsKey("fallback");
    if (!complete) {
      return Operand.FAILED;
    }
    try {
      TensorType scaled = operands.get().getFirst().tensorType().plain(to.get()).withScale(scale.get());
      TensorType result = residual.map(scaled::withResidual).orElse(scaled);
      return frame.emit(
          site.span(), new Quantize(rounding.get(), fallback, result), operands.get().toArray(Value[]::new));
    } catch (IllegalArgumentException e) {
      return frame.fail(site.span().error(Text.ofMessage(e.getMessage())));
    }
  }

  private static Optional<ScaleLayout> scale(ImmutableMap<String, Expression> arguments, Frame frame) {
    Expression scale = arguments.get("scale");
    Expression format = arguments.get("scale_format");
    if (!Precisions.isScaleLayout(scale)) {
      Optional<NumberFormat> scales = format == null
          ? Optional.of(Formats.F32)
          : AttributeReader.format(format, frame);
      return AttributeReader.granularity(scale, frame)
          .flatMap(granularity -> scales.map(known -> new ScaleLayout(granularity, known)));
    }
    if (format != null) {
      frame.report(format.span().error("the format of scales is said twice")
          .hint("it is the second part of scale(...) already"));
      return Optional.empty();
    }
    return Precisions.scaleLayout(scale, frame);
  }

  private static Optional<ImmutableList<Value>> operands(
      Operand x, ImmutableMap<String, Expression> arguments, Frame frame) {
    ImmutableList.Builder<Value> values = ImmutableList.builder();
    boolean complete = add(x, values);
    for (String name : OPERANDS) {
      if (arguments.containsKey(name)) {
        complete &= add(Expressions.tensor(arguments.get(name), frame), values);
      }
    }
    return complete ? Optional.of(values.build()) : Optional.empty();
  }

  private static boolean add(Operand operand, ImmutableList.Builder<Value> values) {
    if (operand instanceof Operand.Tensor tensor) {
      values.add(tensor.value());
    }
    return operand instanceof Operand.Tensor;
  }
}
