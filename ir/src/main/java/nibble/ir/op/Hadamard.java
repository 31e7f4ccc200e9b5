package nibble.ir.op;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Philox;
import nibble.ir.shape.Dim;

/**
 * Multiplies each block of consecutive elements along an axis by a Hadamard matrix over the root of its size, which is
 * symmetric and orthogonal: {@code H[i][j] = (-1)^(ones of i and j) / sqrt(size)}. Done to both operands of a matrix
 * product along its inner axis, it cancels ("Training Transformers with 4-bit Integers", section 3).
 *
 * <p>With a seed the elements of a block are multiplied by random signs before, the same in all blocks; both operands
 * of a product must have the same seed.
 *
 * @param axis counted from the front; its extent is a multiple of the size
 * @param size a power of two
 * @param seed of the signs, 32 bits; none for no signs
 */
@OpInfo(
    name = "hadamard",
    summary = "blocks of an axis times an orthogonal Hadamard matrix, with random signs where there is a seed",
    rounding = "sums in f32 in any order, times the rounded 1/sqrt(size)")
public record Hadamard(int axis, long size, Optional<Long> seed) implements TensorOp {
  /** Random words of this level are those of signs and not of rounding. */
  private static final int SIGNS = 2;

  public Hadamard {
    if (size < 1 || size > 1 << 20 || Long.bitCount(size) != 1) {
      throw new IllegalArgumentException("the size of a Hadamard matrix is a power of two, not " + size);
    }
    if (seed.isPresent() && seed.get() >>> Integer.SIZE != 0) {
      throw new IllegalArgumentException("the seed of signs is a 32-bit number, not " + seed.get());
    }
  }

  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    TensorType x = expectFloat(operands.getFirst());
    Dim extent = x.shape().dim(expectAxisFromFront(axis, x.rank()));
    if (extent.dividedBy(Dim.of(size)).isEmpty()) {
      throw new TypeRuleException("the extent " + extent + " of axis " + axis + " is no multiple of " + size);
    }
    return x;
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] y = new double[operands.getFirst().size()];
    double[] signs = signs();
    forEachBlock(result, block -> {
      double[] transformed = transform(block.gather(operands.getFirst().elements()), signs);
      block.scatter(transformed, y);
    });
    return Tensor.of(result, y);
  }

  /** What the elements of a block are multiplied by before: 1 and -1; 1 where there is no seed. */
  public double[] signs() {
    double[] signs = new double[Math.toIntExact(size)];
    for (int i = 0; i < signs.length; i++) {
      signs[i] = seed.isPresent() && Philox.word(seed.get(), 0, i, SIGNS) < 0 ? -1 : 1;
    }
    return signs;
  }

  private static double[] transform(double[] block, double[] signs) {
    for (int i = 0; i < block.length; i++) {
      block[i] *= signs[i];
    }
    for (int half = 1; half < block.length; half *= 2) {
      for (int i = 0; i < block.length; i++) {
        if ((i & half) == 0) {
          double a = block[i];
          double b = block[i + half];
          block[i] = a + b;
          block[i + half] = a - b;
        }
      }
    }
    double factor = 1 / Math.sqrt(block.length);
    for (int i = 0; i < block.length; i++) {
      block[i] *= factor;
    }
    return block;
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    double[] error = new double[result.size()];
    double[] x = operands.getFirst().exact().elements();
    double[] inherited = operands.getFirst().error();
    double[] y = result.elements();
    NumberFormat format = result.type().format();
    double factor = 1 / Math.sqrt(size);
    forEachBlock(result.type(), block -> {
      double sums = ReduceOp.sumError(block.gather(x), block.gather(inherited), model) * factor;
      for (int i = 0; i < size; i++) {
        int at = block.at(i);
        double magnitude = Math.abs(y[at]) + sums;
        // The factor is rounded, and so is the product.
        double computed = sums + 2 * model.arithmetic(1) * magnitude + model.arithmetic(magnitude * (1 + 0x1p-20))
            + ErrorModel.REFERENCE * magnitude;
        error[at] = Double.isFinite(y[at])
            ? ElementError.stored(y[at], computed, format, model) : Double.POSITIVE_INFINITY;
      }
    });
    return error;
  }

  /** A block of elements: the first, and how far one is from the next. */
  private record Strided(int first, int stride, int length) {
    int at(int index) {
      return first + index * stride;
    }

    double[] gather(double[] elements) {
      double[] block = new double[length];
      for (int i = 0; i < length; i++) {
        block[i] = elements[at(i)];
      }
      return block;
    }

    void scatter(double[] block, double[] elements) {
      for (int i = 0; i < length; i++) {
        elements[at(i)] = block[i];
      }
    }
  }

  private void forEachBlock(TensorType type, Consumer<Strided> body) {
    int[] extents = type.shape().extents();
    int stride = ViewOp.rowMajor(extents)[axis];
    int length = Math.toIntExact(size);
    int count = Math.toIntExact(type.shape().size().constant() / size);
    Parallel.ranges(count, length, (from, to) -> {
      for (int block = from; block < to; block++) {
        int outer = block / stride;
        body.accept(new Strided(outer * length * stride + block % stride, stride, length));
      }
    });
  }
}
