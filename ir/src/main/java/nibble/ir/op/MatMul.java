package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.MatrixProduct;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Broadcast;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * The matrix product of the last two axes, broadcast over the others: {@code [..,M,K] x [..,K,N] -> [..,M,N]}. Operands may
 * be scaled; what is multiplied are values.
 *
 * @param transposeB whether the right operand is stored as {@code [..,N,K]}
 * @param to format of the result
 */
@OpInfo(
    name = "matmul",
    summary = "matrix product of the last two axes, broadcast over the others",
    rounding = "integer products exact, others accumulated in f32 in any order; one rounding to the result")
public record MatMul(boolean transposeB, NumberFormat to) implements TensorOp {
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
    if (to.isInteger() && !(integers && to.bits() >= Integer.SIZE)) {
      throw new TypeRuleException("the result of matmul of " + a.format().name() + " and " + b.format().name()
          + " is a float" + (integers ? ", i32 or i64" : "") + ", not " + to.name());
    }
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    Tensor a = operands.get(0);
    Tensor b = operands.get(1);
    return Tensor.of(result, product(a.values(), b.values(), a.type(), b.type(), result));
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    Approximate a = operands.get(0);
    Approximate b = operands.get(1);
    TensorType typeA = a.exact().type();
    TensorType typeB = b.exact().type();
    double[] magnitudeA = magnitudes(a.exact().values());
    double[] magnitudeB = magnitudes(b.exact().values());
    double[] error = product(magnitudeA, magnitudeB, typeA, typeB, result.type());
    long length = typeA.shape().last().constant();
    // The f64 sums that the result is compared with are rounded as well.
    double unit = model.dot(typeA, typeB, length) + ErrorModel.gamma(length, 0x1p-53);
    for (int i = 0; i < error.length; i++) {
      error[i] *= unit;
    }
    if (!a.isExact()) {
      // |a'b' - ab| <= e_a (|b| + e_b) + |a| e_b
      accumulate(error, product(a.error(), sum(magnitudeB, b.error()), typeA, typeB, result.type()), 1 + unit);
    }
    if (!b.isExact()) {
      accumulate(error, product(magnitudeA, b.error(), typeA, typeB, result.type()), 1 + unit);
    }
    for (int i = 0; i < error.length; i++) {
      error[i] += model.store(to, Math.abs(result.elements()[i]) + error[i]);
    }
    return error;
  }

  private static void accumulate(double[] total, double[] part, double factor) {
    for (int i = 0; i < total.length; i++) {
      total[i] += factor * part[i];
    }
  }

  private static double[] magnitudes(double[] values) {
    double[] magnitudes = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      magnitudes[i] = Math.abs(values[i]);
    }
    return magnitudes;
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = a.clone();
    accumulate(sum, b, 1);
    return sum;
  }

  private double[] product(double[] a, double[] b, TensorType typeA, TensorType typeB, TensorType result) {
    int m = Math.toIntExact(typeA.shape().dim(-2).constant());
    int k = Math.toIntExact(typeA.shape().last().constant());
    int n = Math.toIntExact(result.shape().last().constant());
    double[] c = new double[Math.toIntExact(result.shape().size().constant())];
    if (typeB.rank() == 2) {
      // One right matrix for all: a single product of many rows.
      double[] right = transposeB ? MatrixProduct.transpose(b, 0, n, k) : b;
      MatrixProduct.multiply(a, 0, right, 0, c, 0, n == 0 ? 0 : c.length / n, k, n);
      return c;
    }
    int[] batch = result.shape().slice(0, result.rank() - 2).extents();
    int[] stridesA = Elementwise.strides(typeA.shape().slice(0, typeA.rank() - 2).extents(), batch);
    int[] stridesB = Elementwise.strides(typeB.shape().slice(0, typeB.rank() - 2).extents(), batch);
    int batches = m * n == 0 ? 0 : c.length / (m * n);
    for (int i = 0; i < batches; i++) {
      int offsetA = ViewOp.strided(batch, stridesA, 0).source(i) * m * k;
      int offsetB = ViewOp.strided(batch, stridesB, 0).source(i) * k * n;
      double[] right = transposeB ? MatrixProduct.transpose(b, offsetB, n, k) : b;
      MatrixProduct.multiply(a, offsetA, right, transposeB ? 0 : offsetB, c, i * m * n, m, k, n);
    }
    return c;
  }
}
