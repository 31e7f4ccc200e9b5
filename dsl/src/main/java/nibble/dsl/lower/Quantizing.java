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
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Quantize;

/**
 * {@code quantize(x, to = i8, scale = token)}: codes and scales. Further options are {@code scales}, a tensor of static
 * scales, {@code scale_format} and {@code rounding}.
 */
final class Quantizing {
  private Quantizing() {}

  static Operand quantize(CallSite site) {
    return site.bind(List.of("x", "to", "scale", "scales", "scale_format", "rounding"), 3)
        .map(arguments -> quantize(arguments, site))
        .orElse(Operand.FAILED);
  }

  private static Operand quantize(ImmutableMap<String, Expression> arguments, CallSite site) {
    Frame frame = site.frame();
    Operand x = Expressions.tensor(arguments.get("x"), frame);
    Optional<NumberFormat> to = AttributeReader.format(arguments.get("to"), frame);
    Optional<Granularity> granularity = AttributeReader.granularity(arguments.get("scale"), frame);
    Optional<NumberFormat> scaleFormat = arguments.containsKey("scale_format")
        ? AttributeReader.format(arguments.get("scale_format"), frame)
        : Optional.of(Formats.F32);
    Optional<Rounding> rounding = arguments.containsKey("rounding")
        ? AttributeReader.constant(arguments.get("rounding"), Rounding.class, frame)
        : Optional.of(Rounding.NEAREST_EVEN);
    Optional<ImmutableList<Value>> operands = operands(x, arguments, frame);
    boolean complete = to.isPresent() && granularity.isPresent() && scaleFormat.isPresent() && rounding.isPresent();
    if (!complete || operands.isEmpty()) {
      return Operand.FAILED;
    }
    TensorType type = operands.get().getFirst().tensorType();
    try {
      TensorType result =
          type.plain(to.get()).withScale(new ScaleLayout(granularity.get(), scaleFormat.get()));
      return frame.emit(
          site.span(), new Quantize(rounding.get(), result), operands.get().toArray(Value[]::new));
    } catch (IllegalArgumentException e) {
      return frame.fail(site.span().error(Text.ofMessage(e.getMessage())));
    }
  }

  private static Optional<ImmutableList<Value>> operands(
      Operand x, ImmutableMap<String, Expression> arguments, Frame frame) {
    ImmutableList.Builder<Value> values = ImmutableList.builder();
    boolean complete = x instanceof Operand.Tensor;
    if (x instanceof Operand.Tensor tensor) {
      values.add(tensor.value());
    }
    if (arguments.containsKey("scales")) {
      Operand scales = Expressions.tensor(arguments.get("scales"), frame);
      complete &= scales instanceof Operand.Tensor;
      if (scales instanceof Operand.Tensor tensor) {
        values.add(tensor.value());
      }
    }
    return complete ? Optional.of(values.build()) : Optional.empty();
  }
}
