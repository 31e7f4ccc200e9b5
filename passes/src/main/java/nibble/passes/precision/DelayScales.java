package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Names;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Amax;
import nibble.ir.op.Cast;
import nibble.ir.op.Concat;
import nibble.ir.op.Constant;
import nibble.ir.op.Mul;
import nibble.ir.op.Quantize;
import nibble.ir.op.ReduceMax;
import nibble.ir.op.Reshape;
import nibble.ir.op.Scales;
import nibble.ir.op.Slice;
import nibble.ir.recipe.PathPattern;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Gives dynamic quantizers of activations scales that follow from the largest magnitudes of earlier runs, so that no
 * quantizer waits for its own amax ("FP8 Formats for Deep Learning", section 4, and the delayed scaling of Transformer
 * Engine). A history of magnitudes is a parameter of the function for each quantizer, and the history with this run's
 * magnitudes a result: who calls the function carries them from one run to the next. Only where the boxes do not depend
 * on the sizes of a run. Stands behind {@code quantize}.
 *
 * <pre>
 * func @f(%x) {                        =&gt;  func @f(%x, %h: tensor&lt;[16,1,1] x f32&gt;) {
 *   %1 = quantize %x                          %2 = scales (mul (reduce_max %h {axes = [0]}), 2^margin)
 *   return %1                                 %1 = quantize %x, %2
 * }                                           %3 = concat (amax %x), (slice %h {from = 0, to = 15})
 *                                             return %1, %3
 *                                           }
 * </pre>
 *
 * @param at paths of the quantizers; none for all
 * @param window how many runs a history has
 * @param margin by which power of two scales are larger than the history needs
 */
@PassInfo(
    name = "delay-scales",
    summary = "gives quantizers of activations scales by the largest magnitudes of earlier runs",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record DelayScales(
    @PassOption("paths of the quantizers; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption(value = "how many runs a history has", otherwise = "16") int window,
    @PassOption(value = "by which power of two scales are larger than the history needs", otherwise = "0") int margin)
    implements Pass {
  private static final int MOST_MARGIN = 100;

  public DelayScales {
    if (window < 1) {
      throw new IllegalArgumentException("a history has 1 run or more, not " + window);
    }
    if (Math.abs(margin) > MOST_MARGIN) {
      throw new IllegalArgumentException("a margin is from -" + MOST_MARGIN + " to " + MOST_MARGIN + ", not " + margin);
    }
  }

  @Override
  public NumericEffect effect() {
    return new NumericEffect.ChangesOnPurpose(true);
  }

  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(function -> delayed(function, context));
  }

  private Function delayed(Function function, PassContext context) {
    ConstantValues constants = new ConstantValues(Definitions.in(function));
    BlockBuilder builder = new BlockBuilder(Names.after(function));
    ImmutableList.Builder<Value> parameters = ImmutableList.<Value>builder().addAll(function.parameters());
    ImmutableList.Builder<Value> results = ImmutableList.<Value>builder().addAll(function.results());
    for (Operation operation : function.body().operations()) {
      builder.at(operation.location());
      boolean isOne = operation.op() instanceof Quantize && operation.operands().size() == 1
          && PathPattern.anyMatches(at, operation.location().path())
          && constants.weight(operation.operand(0)).isEmpty();
      Optional<String> obstacle = isOne ? obstacle(((Quantize) operation.op()).result()) : Optional.empty();
      obstacle.ifPresent(why -> context.skipped("scales of " + operation.operand(0), operation.location(), why));
      if (isOne && obstacle.isEmpty()) {
        Value history = history(operation, builder);
        parameters.add(history);
        results.add(delay(operation, history, builder));
        record(operation, context);
      } else {
        builder.append(operation);
      }
    }
    return function.withBody(new Block(parameters.build(), builder.since(0), results.build()));
  }

  private static Optional<String> obstacle(TensorType type) {
    if (type.zeroType().isPresent()) {
      return Optional.of("its codes have zero points, which need both ends of a range");
    }
    if (type.scaleType().isScaled()) {
      return Optional.of("its scales have scales themselves");
    }
    return type.scaleType().shape().isConstant()
        ? Optional.empty()
        : Optional.of("there is a scale for each box of " + type + ", and their count depends on the sizes of a run");
  }

  private Value history(Operation quantizer, BlockBuilder builder) {
    Shape boxes = ((Quantize) quantizer.op()).result().scaleType().shape();
    ImmutableList<Dim> extents =
        ImmutableList.<Dim>builder().add(Dim.of(window)).addAll(boxes.dims()).build();
    return new Value(builder.names().next(), TensorType.of(Shape.of(extents), Formats.F32));
  }

  /** Quantizes with the scales of a history; gives the next history. */
  private Value delay(Operation quantizer, Value history, BlockBuilder builder) {
    Quantize quantize = (Quantize) quantizer.op();
    TensorType type = quantize.result();
    ScaleLayout layout = type.scale().orElseThrow();
    Value x = quantizer.operand(0);
    Value range = builder.add(new ReduceMax(ImmutableList.of(0), false), history);
    if (margin != 0) {
      TensorType scalar = TensorType.of(Shape.SCALAR, Formats.F32);
      range = builder.add(new Mul(), range, builder.add(Constant.splat(Math.scalb(1.0, margin), scalar)));
    }
    Value scales = builder.add(new Scales(type.format(), layout.rule(), type.scaleType()), range);
    builder.append(new Operation(
        quantize, ImmutableList.of(x, scales), quantizer.results(), ImmutableList.of(), quantizer.location()));
    Value amax = builder.add(new Amax(layout.granularity()), x);
    Value wide = amax.tensorType().format().equals(Formats.F32) ? amax : builder.add(new Cast(Formats.F32), amax);
    Shape one = history.tensorType().shape().with(0, Dim.ONE);
    Value latest = builder.add(new Reshape(one), wide);
    return window == 1 ? latest : builder.add(
        new Concat(0), latest, builder.add(new Slice(0, Dim.ZERO, Dim.of(window - 1L), 1), history));
  }

  private void record(Operation quantizer, PassContext context) {
    TensorType type = ((Quantize) quantizer.op()).result();
    context.applied(
        "scales of " + quantizer.operand(0) + " from the magnitudes of " + window + " runs before"
            + (margin == 0 ? "" : ", times 2^" + margin),
        quantizer.location(),
        at.isEmpty() ? "asked for every quantizer of an activation" : "asked for at " + at.getFirst(),
        QuantizationCost.of(quantizer.operand(0).tensorType(), type, Optional.empty()));
  }
}
