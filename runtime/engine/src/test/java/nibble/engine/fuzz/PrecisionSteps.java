package nibble.engine.fuzz;

import static nibble.engine.fuzz.SketchPool.FLOATS;
import static nibble.engine.fuzz.SketchPool.choose;
import static nibble.engine.fuzz.SketchPool.extent;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.format.RoundingMode;
import nibble.ir.format.StochasticRounding;
import nibble.ir.layout.Granularities.PerAxis;
import nibble.ir.layout.Granularities.PerBlock;
import nibble.ir.layout.Granularities.PerGroup;
import nibble.ir.layout.Granularities.PerTensor;
import nibble.ir.layout.Granularities.PerToken;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRules;
import nibble.ir.op.Cast;
import nibble.ir.op.Constant;
import nibble.ir.op.Dequantize;
import nibble.ir.op.MatMul;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Broadcast;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Matrix products and quantizers.
 *
 * @param pool the values so far
 * @param scaled takes those that have scales, which no other step takes
 */
record PrecisionSteps(SketchPool pool, List<Value> scaled) {
  private static final List<NumberFormat> CODES = List.of(
      Formats.I8, Formats.I16, Formats.I4, Formats.E2M1, Formats.E4M3, Formats.I8, Formats.U2, Formats.E3M2);
  /** Codes that products take. */
  private static final List<NumberFormat> FACTORS = List.of(
      Formats.I8, Formats.I4, Formats.E2M1, Formats.E4M3, Formats.U2, Formats.E3M2);
  private static final List<RoundingMode> ROUNDINGS = List.of(
      Rounding.NEAREST_EVEN, Rounding.NEAREST_EVEN, Rounding.TOWARD_ZERO, Rounding.NEAREST_AWAY,
      new StochasticRounding(7, 1));
  private static final List<Function<Granularity, ScaleLayout>> LAYOUTS = List.of(
      boxes -> new ScaleLayout(boxes, Formats.F32), boxes -> new ScaleLayout(boxes, Formats.F16),
      boxes -> new ScaleLayout(boxes, Formats.BF16), boxes -> new ScaleLayout(boxes, Formats.UE4M3),
      boxes -> new ScaleLayout(boxes, Formats.UE8M0).withRule(ScaleRules.UP),
      boxes -> new ScaleLayout(boxes, Formats.UE8M0).withRule(ScaleRules.FLOOR),
      boxes -> new ScaleLayout(boxes, Formats.F32).withRule(ScaleRules.CEIL),
      boxes -> new ScaleLayout(boxes, Formats.UE4M3).withOuter(new ScaleLayout(new PerTensor(), Formats.F32)),
      boxes -> new ScaleLayout(boxes, Formats.UE4M3).withOuter(new ScaleLayout(new PerGroup(2), Formats.F32)));

  void product(Value x, int b, int c) {
    TensorType type = x.tensorType();
    if (!type.shape().last().isConstant()) {
      return;
    }
    NumberFormat operands = choose(FLOATS, c);
    boolean transposed = c / 3 % 2 == 1;
    Dim inner = type.shape().last();
    Dim outer = extent(b);
    Shape shape = transposed ? Shape.of(outer, inner) : Shape.of(inner, outer);
    Value left = operands.equals(type.format()) ? x : pool.builder().add(new Cast(operands), x);
    NumberFormat to = choose(FLOATS, c / 6);
    pool.add(new MatMul(transposed, to), left, pool.weight(TensorType.of(shape, operands)));
  }

  void batchProduct(Value x, int b, int c) {
    TensorType type = x.tensorType();
    boolean transposed = c % 2 == 0;
    Optional<Value> right = pool.pick(b, other -> other.format().equals(type.format()) && other.rank() > 1
        && other.shape().dim(transposed ? -1 : -2).equals(type.shape().last())
        && Broadcast.common(leading(other), leading(type)).isPresent());
    right.ifPresent(value -> pool.add(new MatMul(transposed, choose(FLOATS, c / 2)), x, value));
  }

  private static Shape leading(TensorType type) {
    return type.shape().slice(0, type.rank() - 2);
  }

  void quantize(Value x, int b, int c) {
    TensorType type = x.tensorType();
    int rank = type.rank();
    List<Granularity> granularities = new ArrayList<>(List.of(
        new PerToken(), new PerTensor(), new PerAxis(rank - 1), new PerAxis(0), new PerGroup(8), new PerGroup(32)));
    if (rank > 1) {
      granularities.addAll(List.of(new PerBlock(1, 32), new PerBlock(4, 16), new PerBlock(3, 5)));
    }
    NumberFormat codes = choose(CODES, c / 3);
    ScaleLayout layout = choose(LAYOUTS, c / 5).apply(choose(granularities, b));
    TensorType result = TensorType.of(type.shape(), codes).withScale(layout);
    Quantize quantize = new Quantize(choose(ROUNDINGS, c / 7), result);
    boolean isStatic = layout.outer().isEmpty() && layout.format().isArithmetic() && c / 18 % 3 == 1;
    Value quantized = isStatic
        ? pool.builder().add(quantize, x, givenScales(result.scaleType())) : pool.builder().add(quantize, x);
    scaled.add(quantized);
    pool.add(new Dequantize(choose(FLOATS, c / 6)), quantized);
  }

  private Value givenScales(TensorType type) {
    return type.shape().isConstant()
        ? pool.positive(pool.weight(type)) : pool.builder().add(Constant.splat(0.0625, type));
  }

  void quantizedProduct(Value x, int b, int c) {
    TensorType type = x.tensorType();
    if (!type.shape().last().isConstant()) {
      return;
    }
    Dim inner = type.shape().last();
    Dim outer = extent(b);
    List<Granularity> left = List.of(new PerToken(), new PerTensor(), new PerGroup(32), new PerGroup(64));
    List<Granularity> right = List.of(new PerAxis(1), new PerTensor(), new PerBlock(32, 32), new PerBlock(64, 1));
    Function<Granularity, ScaleLayout> layout = choose(LAYOUTS, c / 3);
    TensorType leftType =
        TensorType.of(type.shape(), choose(FACTORS, b / 5)).withScale(layout.apply(choose(left, c)));
    TensorType rightType = TensorType.of(Shape.of(inner, outer), choose(FACTORS, b / 3))
        .withScale(layout.apply(choose(right, c / 4)));
    Value a = pool.builder().add(new Quantize(Rounding.NEAREST_EVEN, leftType), x);
    Value w = pool.weight(TensorType.of(Shape.of(inner, outer), type.format()));
    Value q = pool.builder().add(new Quantize(Rounding.NEAREST_EVEN, rightType), w);
    pool.add(new MatMul(false, choose(FLOATS, c / 16)), a, q);
  }
}
