package nibble.ir.op;

import java.util.Arrays;
import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.MatrixProduct;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Broadcast;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * The matrix product of the last two axes, broadcast over the others: {@code [..,M,K] x [..,K,N] -> [..,M,N]}. Operands
 * may be scaled; what is multiplied are values.
 *
 * @param transposeB whether the right operand is stored as {@code [..,N,K]}
 * @param to format of the result
 */
@OpInfo(
    name = "matmul",
    summary = "matrix product of the last two axes, broadcast over the others",
    rounding = "integer products exact, others accumulated in f32 in any order; one rounding to the result")
public record MatMul(boolean transposeB, NumberFormat to) implements ProductOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 2);
    TensorType a = operands.get(0);
    TensorType b = operands.get(1);
    if (a.rank() < 2 || b.rank() < 2) {
      throw new TypeRuleException("matmul takes tensors of rank 2 and more, not " + a.shape() + " and " + b.shape());
    }
    if (!a.isScaled() && !b.isScaled() && !a.format().equals(b.format())) {
      throw new TypeRuleException(
          "matmul takes elements of one format, not " + a.format().name() + " and " + b.format().name(),
          "cast one of them");
    }
    expectResult(a, b);
    Dim inner = b.shape().dim(transposeB ? -1 : -2);
    if (!a.shape().last().equals(inner)) {
      throw new TypeRuleException(
          "the inner extents of matmul differ: " + a.shape().last() + " in " + a.shape() + ", " + inner + " in "
              + b.shape());
    }
    Shape batchA = a.shape().slice(0, a.rank() - 2);
    Shape batchB = b.shape().slice(0, b.rank() - 2);
    Shape batch = Broadcast.common(batchA, batchB).orElseThrow(() -> new TypeRuleException(
        "the leading shapes " + batchA + " and " + batchB + " of matmul do not broadcast"));
    return TensorType.of(batch.append(a.shape().dim(-2), b.shape().dim(transposeB ? -2 : -1)), to);
  }

  private void expectResult(TensorType a, TensorType b) {
    boolean integers = a.format().isInteger() && b.format().isInteger() && !a.isScaled() && !b.isScaled();
    if (a.format().equals(Formats.BOOL) || b.format().equals(Formats.BOOL)) {
      throw new TypeRuleException("matmul takes numbers, not truth values", "cast them to i8");
    }
    for (TensorType type : List.of(a, b)) {
      if (type.format().isForScales() || !type.isScaled() && !type.format().isArithmetic()) {
        throw new TypeRuleException(
            "matmul takes no " + type + ": nothing is computed in " + type.format().name(), "cast it to f32");
      }
    }
    if (to.isInteger() && !(integers && to.bits() >= Integer.SIZE)) {
      throw new TypeRuleException("the result of matmul of " + a.format().name() + " and " + b.format().name()
          + " is a float" + (integers ? ", i32 or i64" : "") + ", not " + to.name());
    }
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    Tensor a = operands.get(0);
    Tensor b = operands.get(1);
    double[] product = product(a.values(), b.values(), a.type(), b.type(), result);
    return to.isInteger() ? Tensor.generate(result, i -> to.decode((long) product[i])) : Tensor.of(result, product);
  }

  /**
   * With {@code a' = a + da} and {@code b' = b + db} the kernel's operands, its sum is off from that of {@code a'b'} by
   * the model's part of {@code sum |a'||b'|}, and that is off from {@code sum ab} by at most
   * {@code sum |da|(|b| + |db|) + |a||db|}; {@code |a'||b'|} is no more than the sum of the two and {@code |a||b|}.
   *
   * <p>Tensor cores align products by the exponents of the operands, where a subnormal has that of the least normal
   * number of its format and zero that of f32, and cut what is below the last bit that they keep. So the magnitudes
   * count them as those.
   */
  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    Approximate a = operands.get(0);
    Approximate b = operands.get(1);
    TensorType typeA = a.exact().type();
    TensorType typeB = b.exact().type();
    double[] magnitudeA = magnitudes(a);
    double[] magnitudeB = magnitudes(b);
    double[] products = product(magnitudeA, magnitudeB, typeA, typeB, result.type());
    double[] inherited = new double[products.length];
    if (!a.isExact()) {
      accumulate(inherited, product(a.error(), sum(magnitudeB, b.error()), typeA, typeB, result.type()));
    }
    if (!b.isExact()) {
      accumulate(inherited, product(magnitudeA, b.error(), typeA, typeB, result.type()));
    }
    Arithmetic arithmetic = Arithmetic.of(a, b, to, model);
    double[] error = new double[products.length];
    Parallel.ranges(error.length, (from, end) -> {
      for (int i = from; i < end; i++) {
        double y = result.elements()[i];
        double computed = inherited[i] + arithmetic.error(y, inherited[i], products[i] + inherited[i]);
        error[i] = to.isInteger()
            ? ElementError.integer(y, computed, to)
            : computed + model.store(to, Math.abs(y) + computed);
      }
    });
    return error;
  }

  /**
   * The kernel's arithmetic of one dot product.
   *
   * @param isInteger whether the operands are plain integers
   * @param codes a bound of the sum of scaled integer codes, in which kernels accumulate; 0 for others
   * @param underflow what products that underflow may lose
   * @param unit the model's error for each unit of the sum of products, and that of the f64 sums it is compared with
   * @param toInteger whether the result is an integer
   */
  private record Arithmetic(
      boolean isInteger, double codes, double underflow, double unit, boolean toInteger, ErrorModel model) {
    static Arithmetic of(Approximate left, Approximate right, NumberFormat to, ErrorModel model) {
      TensorType a = left.exact().type();
      TensorType b = right.exact().type();
      long length = a.shape().last().constant();
      boolean integerFormats = a.format().isInteger() && b.format().isInteger();
      boolean isScaled = a.isScaled() || b.isScaled();
      double codes = integerFormats && isScaled ? length * Codes.of(left).widest() * Codes.of(right).widest() : 0;
      double underflow = isScaled ? scaledUnderflow(Codes.of(left), Codes.of(right), length) : 0;
      // A product or an aligned term that underflows loses less than the least f32.
      underflow += (length + 1) * Float.MIN_VALUE * 2;
      boolean isInteger = integerFormats && !isScaled;
      double unit = isInteger ? 0 : model.dot(a, b, length) + ErrorModel.gamma(length + 2, 0x1p-53);
      return new Arithmetic(isInteger, codes, underflow, unit, to.isInteger(), model);
    }

    /**
     * Kernels may multiply scales by each other, and the product by a sum of codes and inner scales; or the sum by one
     * of the scales. What underflows is multiplied by the rest; what overflows makes the result anything.
     */
    private static double scaledUnderflow(Codes a, Codes b, long length) {
      double sum = length * a.spread() * b.spread();
      boolean inRange = a.scale() * b.scale() <= Float.MAX_VALUE
          && sum * Math.max(a.scale(), b.scale()) <= Float.MAX_VALUE;
      return inRange ? a.levels() * b.levels() * sum * Float.MIN_VALUE * 2 : Double.POSITIVE_INFINITY;
    }

    /** Error for one element, given what it inherits and a bound of {@code sum |a'||b'|}. */
    double error(double y, double inherited, double products) {
      if (toInteger) {
        // Exact in the result's width, and in f64 while a double holds the sum.
        return products < 0x1p53 ? 0 : Double.POSITIVE_INFINITY;
      }
      if ((isInteger ? products : codes) > Integer.MAX_VALUE) {
        // The i32 sum may wrap before it becomes a float.
        return Double.POSITIVE_INFINITY;
      }
      if (isInteger) {
        return model.arithmetic(Math.abs(y) + inherited);
      }
      boolean inRange = Double.isFinite(model.arithmetic(products * (1 + unit)));
      return inRange ? unit * products + underflow : Double.POSITIVE_INFINITY;
    }
  }

  /**
   * What the codes and scales of an operand may be.
   *
   * @param widest the largest magnitude of a code, less its zero point; of an element, where there are no scales
   * @param spread the same times the largest inner scale, where there are two levels of scales
   * @param scale the largest that a scale or factor of scales may be, of those that are numbers; 1 without scales
   * @param levels how many levels of codes there are
   */
  private record Codes(double widest, double spread, double scale, int levels) {
    static Codes of(Approximate approximate) {
      Tensor operand = approximate.exact();
      if (!operand.type().isScaled()) {
        double widest = largest(sum(operand.elements(), approximate.error()));
        return new Codes(widest, widest, 1, 1);
      }
      double widest = 0;
      double spread = 0;
      double scale = 1;
      List<Tensor> levels = operand.levels();
      for (Tensor level : levels) {
        TensorType type = level.type();
        NumberFormat format = type.format();
        double codes = type.zeroType().isPresent()
            ? format.max() - format.min() : Math.max(format.max(), -format.min());
        widest = Math.max(widest, codes);
        spread = Math.max(spread, codes);
        Tensor scales = level.scaleTensor().orElseThrow();
        scale = Math.max(scale, Math.max(largest(scales.values()), largest(scales.elements())));
        scale = Math.max(scale, largest(scales.scales()));
        spread = Math.max(spread, scales.type().isScaled() ? codes * scales.type().format().max() : 0);
      }
      // Twice, for what a kernel computed may be a little larger than the exact one.
      return new Codes(widest, spread, 2 * scale, levels.size());
    }

    private static double largest(double[] scales) {
      return Arrays.stream(scales).map(Math::abs).filter(Double::isFinite).max().orElse(0);
    }
  }

  private static void accumulate(double[] total, double[] part) {
    for (int i = 0; i < total.length; i++) {
      total[i] += part[i];
    }
  }

  /**
   * Magnitudes of the exact values as tensor cores align them, whatever the kernel's values are within their errors; of
   * two levels of codes, the sum of both.
   */
  private static double[] magnitudes(Approximate operand) {
    double[] sum = new double[operand.exact().size()];
    for (Tensor level : operand.exact().levels()) {
      accumulate(sum, magnitudes(level, operand.error()));
    }
    return sum;
  }

  private static double[] magnitudes(Tensor tensor, double[] errors) {
    double[] elements = tensor.elements();
    double least = tensor.type().format().leastNormal();
    double zero = tensor.type().format().isFloat() ? Float.MIN_NORMAL : 0;
    double[] magnitudes = new double[elements.length];
    if (!tensor.type().isScaled()) {
      Arrays.setAll(magnitudes, i -> raised(elements[i], errors[i], least, zero));
      return magnitudes;
    }
    double[] scales = tensor.scales();
    double[] points = tensor.zeros().map(Tensor::elements).orElse(null);
    ScaleGrid.of(tensor.type()).forEachRun((from, to, box) -> {
      double point = points == null ? 0 : points[box];
      for (int i = from; i < to; i++) {
        // Scales of a static quantization may be negative.
        magnitudes[i] = raised(elements[i] - point, errors[i], least, zero) * Math.abs(scales[box]);
      }
    });
    return magnitudes;
  }

  private static double raised(double code, double error, double least, double zero) {
    return code == 0 && error == 0 ? zero : Math.max(least, Math.abs(code));
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = a.clone();
    accumulate(sum, b);
    return sum;
  }

  /** The products of all leading indices, in parallel over groups of rows of them all. */
  private double[] product(double[] a, double[] b, TensorType typeA, TensorType typeB, TensorType result) {
    int k = Math.toIntExact(typeA.shape().last().constant());
    int n = Math.toIntExact(result.shape().last().constant());
    double[] c = new double[Math.toIntExact(result.shape().size().constant())];
    // One right matrix for all: a single product of many rows.
    boolean shared = typeB.rank() == 2;
    int m = shared ? c.length / Math.max(1, n) : Math.toIntExact(typeA.shape().dim(-2).constant());
    int[] batch = shared ? new int[0] : result.shape().slice(0, result.rank() - 2).extents();
    ViewOp.IndexMap left = shared ? index -> 0 : leading(typeA, batch);
    ViewOp.IndexMap right = leading(typeB, batch);
    double[] matrices = transposeB ? transposed(b, n, k) : b;
    int batches = c.length == 0 ? 0 : c.length / m / n;
    int groups = MatrixProduct.groups(m);
    Parallel.rows(batches * groups, task -> {
      int i = task / groups;
      MatrixProduct.multiplyGroup(
          task % groups, a, left.source(i) * m * k, matrices, right.source(i) * k * n, c, i * m * n, m, k, n);
    });
    return c;
  }

  /** Which matrix of an operand belongs to each leading index of the result. */
  private static ViewOp.IndexMap leading(TensorType operand, int[] batch) {
    int[] own = operand.shape().slice(0, operand.rank() - 2).extents();
    return ViewOp.strided(batch, Elementwise.strides(own, batch), 0);
  }

  private static double[] transposed(double[] matrices, int rows, int columns) {
    int size = rows * columns;
    if (matrices.length == size) {
      return MatrixProduct.transpose(matrices, 0, rows, columns);
    }
    double[] transposed = new double[matrices.length];
    Parallel.rows(size == 0 ? 0 : matrices.length / size, i -> {
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          transposed[i * size + column * rows + row] = matrices[i * size + row * columns + column];
        }
      }
    });
    return transposed;
  }
}
