package nibble.engine.fuzz;

import static nibble.engine.fuzz.SketchPool.FLOATS;
import static nibble.engine.fuzz.SketchPool.choose;
import static nibble.engine.fuzz.SketchPool.extent;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.layout.Granularities.PerAxis;
import nibble.ir.layout.Granularities.PerBlock;
import nibble.ir.layout.Granularities.PerGroup;
import nibble.ir.layout.Granularities.PerTensor;
import nibble.ir.layout.Granularities.PerToken;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
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
    NumberFormat codes = choose(List.of(Formats.I8, Formats.I16), c / 3);
    NumberFormat scales = choose(List.of(Formats.F32, Formats.F16, Formats.BF16), c);
    TensorType result =
        TensorType.of(type.shape(), codes).withScale(new ScaleLayout(choose(granularities, b), scales));
    Quantize quantize = new Quantize(Rounding.NEAREST_EVEN, result);
    boolean isStatic = c / 18 % 3 == 1;
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
    TensorType leftType =
        TensorType.of(type.shape(), Formats.I8).withScale(new ScaleLayout(choose(left, c), Formats.F32));
    TensorType rightType = TensorType.of(Shape.of(inner, outer), Formats.I8)
        .withScale(new ScaleLayout(choose(right, c / 4), Formats.F32));
    Value a = pool.builder().add(new Quantize(Rounding.NEAREST_EVEN, leftType), x);
    Value w = pool.weight(TensorType.of(Shape.of(inner, outer), type.format()));
    Value q = pool.builder().add(new Quantize(Rounding.NEAREST_EVEN, rightType), w);
    pool.add(new MatMul(false, choose(FLOATS, c / 16)), a, q);
  }
}
