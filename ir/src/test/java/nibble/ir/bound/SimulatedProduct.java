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
      Line left = line(a, batchIndex(batch, type, a.type()), i / columns % rows, true);
      Line right = line(b, batchIndex(batch, type, b.type()), i % columns, op.transposeB());
      c[i] = element(left, right, a.type(), b.type(), op.to());
    }
    return Tensor.of(type, c);
  }

  /** The operands' elements of one dot product, and their scales. */
  private record Line(double[] codes, double[] scales) {
    double[] values() {
      double[] values = new double[codes.length];
      for (int k = 0; k < values.length; k++) {
        values[k] = (float) (codes[k] * scales[k]);
      }
      return values;
    }

    boolean hasOneScale() {
      return Arrays.stream(scales).distinct().count() <= 1;
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
    Tensor.ScaleGrid grid = tensor.type().isScaled() ? Tensor.ScaleGrid.of(tensor.type()) : null;
    for (int k = 0; k < length; k++) {
      int at = batch * rows * columns + (contiguous ? index * columns + k : k * columns + index);
      codes[k] = tensor.elements()[at];
      scales[k] = grid == null ? 1 : tensor.scales()[grid.indexOf(at)];
    }
    return new Line(codes, scales);
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
    double scaleA = a.scales()[0];
    double scaleB = b.scales()[0];
    return random.nextBoolean()
        ? (float) ((float) (converted * scaleA) * scaleB)
        : (float) (converted * (float) (scaleA * scaleB));
  }
}
