package nibble.ir.bound;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.MatMul;
import nibble.ir.shape.Shape;

/** Matrix products as kernels compute them. */
final class SimulatedProduct {
  private final Random random;
  private final SimulatedDot.Order order;
  private final boolean fused;
  private final boolean onTensorCore;

  SimulatedProduct(Random random, SimulatedDot.Order order) {
    this.random = random;
    this.order = order;
    this.fused = random.nextBoolean();
    this.onTensorCore = random.nextBoolean();
  }

  Tensor multiply(MatMul op, List<Tensor> operands, TensorType type) {
    Tensor a = operands.get(0);
    Tensor b = operands.get(1);
    int[] extents = type.shape().extents();
    int columns = extents[extents.length - 1];
    int rows = extents[extents.length - 2];
    double[] c = new double[(int) type.shape().size().constant()];
    for (int i = 0; i < c.length; i++) {
      int batch = i / (rows * columns);
      int row = i / columns % rows;
      int column = i % columns;
      int batchA = batchIndex(batch, type, a.type());
      int batchB = batchIndex(batch, type, b.type());
      // A product for each pair of levels of codes.
      for (Tensor left : a.levels()) {
        for (Tensor right : b.levels()) {
          double product = element(
              line(left, batchA, row, true), line(right, batchB, column, op.transposeB()), left.type(), right.type(),
              op.to());
          c[i] = a.levels().size() * b.levels().size() == 1 ? product : (float) (c[i] + product);
        }
      }
    }
    return Tensor.of(type, c);
  }

  /** The operands' elements of one dot product, their scales, and the scales of these. */
  private record Line(double[] codes, double[] scales, double[] outer) {
    double[] values() {
      double[] values = new double[codes.length];
      for (int k = 0; k < values.length; k++) {
        values[k] = (float) ((float) (codes[k] * scales[k]) * outer[k]);
      }
      return values;
    }

    double scale() {
      return (float) (scales[0] * outer[0]);
    }

    boolean hasOneScale() {
      return Arrays.stream(scales).distinct().count() <= 1 && Arrays.stream(outer).distinct().count() <= 1;
    }
  }

  private static int batchIndex(int batch, TensorType result, TensorType operand) {
    Shape leading = result.shape().slice(0, result.rank() - 2);
    int[] extents = leading.extents();
    int[] own = operand.shape().slice(0, operand.rank() - 2).extents();
    int index = 0;
    int stride = 1;
    int rest = batch;
    for (int axis = extents.length - 1; axis >= 0; axis--) {
      int at = rest % extents[axis];
      rest /= extents[axis];
      int ownAxis = axis - (extents.length - own.length);
      if (ownAxis >= 0) {
        index += own[ownAxis] == 1 ? 0 : at * stride;
        stride *= own[ownAxis];
      }
    }
    return index;
  }

  private static Line line(Tensor tensor, int batch, int index, boolean contiguous) {
    int[] extents = tensor.extents();
    int rows = extents[extents.length - 2];
    int columns = extents[extents.length - 1];
    int length = contiguous ? columns : rows;
    double[] codes = new double[length];
    double[] scales = new double[length];
    double[] outer = new double[length];
    Arrays.fill(scales, 1);
    Arrays.fill(outer, 1);
    Tensor factors = tensor.scaleTensor().orElse(null);
    Tensor.ScaleGrid grid = factors == null ? null : Tensor.ScaleGrid.of(tensor.type());
    boolean twoLevels = factors != null && factors.type().isScaled();
    Tensor.ScaleGrid outerGrid = twoLevels ? Tensor.ScaleGrid.of(factors.type()) : null;
    for (int k = 0; k < length; k++) {
      int at = batch * rows * columns + (contiguous ? index * columns + k : k * columns + index);
      codes[k] = tensor.elements()[at];
      if (grid != null) {
        int box = grid.indexOf(at);
        codes[k] -= tensor.zeros().map(zeros -> zeros.elements()[box]).orElse(0.0);
        scales[k] = factors.elements()[box];
        outer[k] = outerGrid == null ? 1 : factors.scales()[outerGrid.indexOf(box)];
      }
    }
    return new Line(codes, scales, outer);
  }

  private double element(Line a, Line b, TensorType typeA, TensorType typeB, NumberFormat to) {
    boolean integers = typeA.format().isInteger() && typeB.format().isInteger();
    if (integers && a.hasOneScale() && b.hasOneScale() && a.codes().length > 0) {
      return integerElement(a, b, typeA.isScaled() || typeB.isScaled(), to);
    }
    boolean plain = !typeA.isScaled() && !typeB.isScaled();
    boolean narrow = typeA.format().equals(Formats.F16) || typeA.format().equals(Formats.BF16);
    if (plain && narrow && onTensorCore && areOf(typeA, a) && areOf(typeB, b)) {
      return SimulatedDot.tensorCore(a.codes(), b.codes(), typeA.format());
    }
    return SimulatedDot.dot(a.values(), b.values(), fused, order, random);
  }

  /** What a fused kernel has not rounded to its format can't go into a tensor core. */
  private static boolean areOf(TensorType type, Line line) {
    return Arrays.stream(line.codes()).allMatch(code -> type.format().round(code) == code);
  }

  private double integerElement(Line a, Line b, boolean scaled, NumberFormat to) {
    long sum = 0;
    for (int k = 0; k < a.codes().length; k++) {
      sum += (long) a.codes()[k] * (long) b.codes()[k];
    }
    if (!scaled) {
      return to.isInteger() ? to.decode(sum) : (float) (int) sum;
    }
    double converted = (float) sum;
    double scaleA = a.scale();
    double scaleB = b.scale();
    return random.nextBoolean()
        ? (float) ((float) (converted * scaleA) * scaleB)
        : (float) (converted * (float) (scaleA * scaleB));
  }
}
