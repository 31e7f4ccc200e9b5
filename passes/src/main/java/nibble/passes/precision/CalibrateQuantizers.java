package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Doubles;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Amax;
import nibble.ir.op.Constant;
import nibble.ir.op.MseRange;
import nibble.ir.op.Percentile;
import nibble.ir.op.Quantize;
import nibble.ir.op.Scales;
import nibble.ir.op.TensorOp;
import nibble.ir.recipe.PathPattern;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Gives dynamic quantizers of activations static scales, by {@link GiveScaleOperands}: those of the values that the
 * sample inputs of the environment lead to. Only where the boxes do not depend on the sizes of a run, as those of
 * {@code tensor} and {@code axis}.
 *
 * @param at paths of the quantizers; none for all
 * @param range what the range of a box is
 * @param share share of the elements within the range, for {@code percentile}
 */
@PassInfo(
    name = "calibrate",
    summary = "gives quantizers of activations static scales, by what sample inputs show",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record CalibrateQuantizers(
    @PassOption("paths of the quantizers; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption(value = "what the range of a box is", otherwise = "amax") Range range,
    @PassOption(value = "share of the elements within the range, for percentile", otherwise = "0.999") double share)
    implements Pass {
  private static final int STEPS = 100;

  /** What the range of a box is. */
  public enum Range {
    /** Its largest magnitude. */
    AMAX,
    /** The magnitude that a share of its elements does not exceed. */
    PERCENTILE,
    /** That with the least squared error. */
    MSE
  }

  public CalibrateQuantizers {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("a share is above 0 and at most 1, not " + share);
    }
  }

  @Override
  public boolean needsInputs() {
    return true;
  }

  @Override
  public Module run(Module module, PassContext context) {
    return RewriteWhereFound.apply(module, function -> ranges(function, context), GiveScaleOperands::new);
  }

  private ImmutableMap<Value, Constant> ranges(Function function, PassContext context) {
    ConstantValues constants = new ConstantValues(Definitions.in(function));
    Set<Operation> quantizers = new LinkedHashSet<>();
    function.body().walk(operation -> {
      if (operation.op() instanceof Quantize quantize && operation.operands().size() == 1
          && PathPattern.anyMatches(at, operation.location().path())
          && constants.weight(operation.operand(0)).isEmpty()) {
        Optional<String> obstacle = obstacle(quantize.result()).or(() -> ObservedValues.obstacle(function, context));
        obstacle.ifPresentOrElse(
            why -> context.skipped("scales of " + operation.operand(0), operation.location(), why),
            () -> quantizers.add(operation));
      }
    });
    if (quantizers.isEmpty()) {
      return ImmutableMap.of();
    }
    Set<Value> values = new LinkedHashSet<>();
    quantizers.forEach(operation -> values.add(operation.operand(0)));
    ObservedValues observed = ObservedValues.of(function, values, context, "calibrate");
    Map<Value, Constant> ranges = new HashMap<>();
    for (Operation operation : quantizers) {
      Quantize quantize = (Quantize) operation.op();
      Tensor seen = observed.of(operation.operand(0)).orElseThrow();
      Constant constant = range(quantize, seen);
      if (constant.values().stream().allMatch(Double::isFinite)) {
        ranges.put(operation.result(), constant);
        record(operation, quantize, seen, constant, context);
      } else {
        context.skipped("scales of " + operation.operand(0), operation.location(),
            "the sample inputs lead to values that are not finite");
      }
    }
    return ImmutableMap.copyOf(ranges);
  }

  private static Optional<String> obstacle(TensorType type) {
    if (type.zeroType().isPresent()) {
      return Optional.of("its codes have zero points, which need both ends of a range");
    }
    return type.scaleType().shape().isConstant()
        ? Optional.empty()
        : Optional.of("there is a scale for each box of " + type + ", and their count depends on the sizes of a run");
  }

  private Constant range(Quantize quantize, Tensor seen) {
    ScaleLayout layout = quantize.result().scale().orElseThrow();
    TensorOp op = switch (range) {
      case AMAX -> new Amax(layout.granularity());
      case PERCENTILE -> new Percentile(layout.granularity(), share);
      case MSE -> new MseRange(layout.granularity(), quantize.result().format(), STEPS);
    };
    double[] found = op.eval(List.of(seen), op.infer(List.of(seen.type()))).elements();
    TensorType type = TensorType.of(quantize.result().scaleType().shape(), Formats.F32);
    ImmutableList<Double> values = Doubles.asList(found).stream().map(Formats.F32::round)
        .collect(ImmutableList.toImmutableList());
    return values.stream().allMatch(values.getFirst()::equals)
        ? Constant.splat(values.getFirst(), type) : new Constant(values, type);
  }

  private void record(Operation operation, Quantize quantize, Tensor seen, Constant constant, PassContext context) {
    TensorType type = quantize.result().withShape(seen.type().shape());
    Tensor tensor = constant.eval(List.of(), constant.result());
    TensorType scaleType = type.scaleType();
    Tensor scales = new Scales(type.format(), type.scale().orElseThrow().rule(), scaleType)
        .eval(List.of(tensor), scaleType);
    Tensor codes = new Quantize(quantize.rounding(), quantize.fallback(), type).eval(List.of(seen, scales), type);
    String clipped = String.format(Locale.ROOT, "%.3f %% of the elements clipped", 100 * Clipping.share(seen, codes));
    context.applied(
        "scales of " + operation.operand(0) + " from " + range.name().toLowerCase(Locale.ROOT) + " of sample inputs, "
            + clipped,
        operation.location(),
        at.isEmpty() ? "asked for every quantizer of an activation" : "asked for at " + at.getFirst(),
        QuantizationCost.of(seen, codes, operation.operand(0).tensorType(), quantize.result()));
  }
}
