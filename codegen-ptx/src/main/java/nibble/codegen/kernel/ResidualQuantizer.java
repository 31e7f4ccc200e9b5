package nibble.codegen.kernel;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.ir.Block;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.Rounding;
import nibble.ir.op.Amax;
import nibble.ir.op.Quantize;
import nibble.ir.op.Scales;

/**
 * The second level of a quantizer: what the first leaves of an element, and its code. A kernel reduces {@link #left}
 * over each box, makes the scale of that by {@link #scaleOf}, and defines {@link #scaleValue} as it; from then on there
 * are codes.
 *
 * @param operation the quantizer, with scales
 * @param amax largest magnitudes of the boxes, by which they are flagged
 */
public record ResidualQuantizer(Operation operation, Value amax) {
  /**
   * The second level of a quantizer.
   *
   * @throws UnsupportedAccess where its scales do not come from the amax of its boxes
   */
  static ResidualQuantizer of(Operation quantizer, Map<Value, Operation> definitions) {
    Quantize quantize = (Quantize) quantizer.op();
    Operation scales = quantizer.operands().size() == 2 ? definitions.get(quantizer.operand(1)) : null;
    Operation amax = scales != null && scales.op() instanceof Scales ? definitions.get(scales.operand(0)) : null;
    boolean isOwn = amax != null && amax.op() instanceof Amax op
        && op.granularity().equals(quantize.result().scale().orElseThrow().granularity())
        && amax.operand(0).equals(quantizer.operand(0));
    if (quantize.result().scaleType().isScaled()) {
      throw new UnsupportedAccess("no kernel gives residuals to " + quantize.result() + ", whose scales have scales");
    }
    if (!isOwn) {
      throw new UnsupportedAccess(
          "a kernel gives residuals to boxes whose amax it finds itself, with scales from that");
    }
    return new ResidualQuantizer(quantizer, amax.result());
  }

  /** Whether an operation of a region is a quantizer with a second level. */
  public static boolean isOne(Operation operation) {
    return operation.op() instanceof Quantize quantize && quantize.result().residual().isPresent();
  }

  /**
   * A quantizer of a region.
   *
   * @throws UnsupportedAccess if the region does not find the amax itself
   */
  public static ResidualQuantizer in(Block region, Operation quantizer) {
    return of(quantizer, region.operations().stream()
        .collect(Collectors.toMap(Operation::result, Function.identity())));
  }

  private Quantize quantize() {
    return (Quantize) operation.op();
  }

  private TensorType type() {
    return quantize().result().residualType().orElseThrow();
  }

  /** Stands for the residual scales of boxes. */
  public Value scaleValue() {
    return new Value(operation.result().name() + ".residual.scales", type().scaleType());
  }

  /** What the first level leaves of the element at these coordinates. */
  public Value left(ElementEmitter emitter, List<IndexExpr> at) {
    TileBuilder builder = emitter.builder();
    Value code = builder.cast(emitter.value(operation.result(), at), Formats.F32, Rounding.NEAREST_EVEN);
    Value scale = emitter.value(operation.operand(1), BoxCoordinates.ofScale(type(), at));
    Value first = emitter.grid().apply(builder, Scalar.MUL, code, scale);
    return emitter.grid().apply(builder, Scalar.SUB, emitter.value(operation.operand(0), at), first);
  }

  /** Whether the box at coordinates of the grid of scales has a residual. */
  private Value isFlagged(ElementEmitter emitter, List<IndexExpr> box) {
    TileBuilder builder = emitter.builder();
    Value magnitude = emitter.value(amax, box);
    double threshold = quantize().fallback().orElseThrow();
    Value above = builder.apply(Scalar.GT, magnitude, builder.real((float) threshold));
    return builder.apply(
        Scalar.AND, above, builder.apply(Scalar.LT, magnitude, builder.real(Double.POSITIVE_INFINITY)));
  }

  /**
   * The residual scale of the box at coordinates of the grid of scales, given the largest magnitude of what is left
   * there.
   */
  public Value scaleOf(ElementEmitter emitter, List<IndexExpr> box, Value largest) {
    Scales rule = new Scales(type().format(), type().scale().orElseThrow().rule(), type().scaleType());
    Value scale = new ScaleComputation(emitter.grid(), emitter.builder()).scale(rule, largest, Optional.empty());
    Value none = emitter.builder().fill(0, TileType.scalar(Formats.F32));
    return emitter.grid().apply(emitter.builder(), Scalar.SELECT, isFlagged(emitter, box), scale, none);
  }

  /** The residual scale of the element at these coordinates; 0 where there is none. */
  Value scale(ElementEmitter emitter, List<IndexExpr> at) {
    return emitter.value(scaleValue(), BoxCoordinates.ofScale(type(), at));
  }

  /** The residual code of the element at these coordinates; 0 where there is none. */
  public Value code(ElementEmitter emitter, List<IndexExpr> at) {
    TileBuilder builder = emitter.builder();
    Value scale = scale(emitter, at);
    Value left = left(emitter, at);
    Value isFlagged = builder.apply(Scalar.NE, scale, builder.real(0));
    Value nothing = builder.fill(0, TileType.scalar(Formats.F32));
    Value flagged = emitter.grid().apply(builder, Scalar.SELECT, isFlagged, left, nothing);
    Value divisor = builder.apply(Scalar.SELECT, isFlagged, scale, builder.real(1));
    return emitter.code(quantize(), type(), 1, flagged, divisor, at);
  }
}
