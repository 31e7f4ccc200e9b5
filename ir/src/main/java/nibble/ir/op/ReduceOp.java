package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** A reduction over axes. The order in which elements are combined is unspecified. */
public interface ReduceOp extends TensorOp {
  /** The axes to reduce, counted from the front, ascending. */
  ImmutableList<Integer> axes();

  /** Whether a reduced axis stays with extent 1. */
  boolean keep();

  /** The result over one fibre of elements. */
  double reduce(double[] fibre);

  /** The result over one fibre of integers, before it is wrapped to their format. */
  default long reduceIntegers(double[] fibre, NumberFormat format) {
    return (long) reduce(fibre);
  }

  /** Bound of the error over one fibre: elements, their errors, the exact result. */
  double fibreError(double[] fibre, double[] errors, double result, ErrorModel model);

  @Override
  default TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    TensorType operand = expectPlain(operands.getFirst());
    if (axes().isEmpty() || axes().stream().distinct().count() != axes().size()) {
      throw new TypeRuleException(name() + " needs distinct axes to reduce, not " + axes());
    }
    axes().forEach(axis -> expectAxisFromFront(axis, operand.rank()));
    ImmutableList.Builder<Dim> dims = ImmutableList.builder();
    for (int axis = 0; axis < operand.rank(); axis++) {
      if (!axes().contains(axis)) {
        dims.add(operand.shape().dim(axis));
      } else if (keep()) {
        dims.add(Dim.ONE);
      }
    }
    return operand.withShape(Shape.of(dims.build()));
  }

  @Override
  default Tensor eval(List<Tensor> operands, TensorType result) {
    double[] x = operands.getFirst().elements();
    double[] y = new double[Math.toIntExact(result.shape().size().constant())];
    Fibres fibres = Fibres.of(operands.getFirst().extents(), axes());
    NumberFormat format = result.format();
    Parallel.rows(y.length, i -> {
      double[] fibre = fibres.gather(x, i);
      y[i] = format.isInteger() ? format.decode(reduceIntegers(fibre, format)) : reduce(fibre);
    });
    return Tensor.of(result, y);
  }

  @Override
  default double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    Approximate operand = operands.getFirst();
    double[] error = new double[result.size()];
    NumberFormat format = result.type().format();
    Fibres fibres = Fibres.of(operand.exact().extents(), axes());
    Parallel.rows(error.length, i -> {
      double[] fibre = fibres.gather(operand.exact().elements(), i);
      double[] errors = fibres.gather(operand.error(), i);
      double y = result.elements()[i];
      error[i] = format.isInteger()
          ? ElementError.integer(y, integerSpread(errors), format)
          : floatError(fibre, errors, y, format, model);
    });
    return error;
  }

  private double floatError(double[] fibre, double[] errors, double y, NumberFormat format, ErrorModel model) {
    if (Double.isInfinite(y)) {
      return Double.isFinite(largest(errors)) && (picks() || keepsInfinity(fibre, errors, model))
          ? ElementError.stored(y, 0, format, model)
          : Double.POSITIVE_INFINITY;
    }
    double computed = fibreError(fibre, errors, y, model);
    return ElementError.stored(y, computed, format, picks() ? 0 : model.store(format, Math.abs(y) + computed));
  }

  /**
   * Whether a sum is infinite because an element is, which is the kernel's own, and not because it has left the range;
   * then the finite elements must not leave it either, to the other side.
   */
  private static boolean keepsInfinity(double[] fibre, double[] errors, ErrorModel model) {
    double[] finite = Arrays.stream(fibre).map(element -> Double.isInfinite(element) ? 0 : element).toArray();
    return !Arrays.equals(finite, fibre) && Double.isFinite(sumError(finite, errors, model));
  }

  /** Whether the result is one of the elements, so that it needs no rounding of its own. */
  default boolean picks() {
    return false;
  }

  /** Bound of the error over one fibre of integers, before the result is wrapped: that of one, where one is picked. */
  default double integerSpread(double[] errors) {
    return largest(errors);
  }

  /**
   * Sum of the errors of the elements and of the summation, for reductions that add; infinite where a partial sum may
   * leave the range of f32.
   */
  static double sumError(double[] fibre, double[] errors, ErrorModel model) {
    double magnitudes = magnitudes(fibre, errors);
    double unit = model.sum(fibre.length);
    boolean inRange = Double.isFinite(model.arithmetic(magnitudes * (1 + unit)));
    // The f64 sum that the kernel's is compared with is rounded as well.
    double reference = ErrorModel.gamma(fibre.length, 0x1p-53);
    return inRange ? Arrays.stream(errors).sum() + (unit + reference) * magnitudes : Double.POSITIVE_INFINITY;
  }

  /** The sum of the largest magnitudes that the kernel's elements may have. */
  static double magnitudes(double[] fibre, double[] errors) {
    double magnitudes = 0;
    for (int i = 0; i < fibre.length; i++) {
      magnitudes += Math.abs(fibre[i]) + errors[i];
    }
    return magnitudes;
  }

  /** The largest error of an element, for reductions that pick one. */
  static double largest(double[] errors) {
    return Arrays.stream(errors).max().orElse(0);
  }

  /**
   * The error of the largest element, where each is off by its own error: small ones that are off by much don't count,
   * such as scores that are hidden. It is never more than the largest error.
   */
  static double largestError(double[] fibre, double[] errors, double result) {
    double any = largest(errors);
    double highest = Double.NEGATIVE_INFINITY;
    double lowest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < fibre.length; i++) {
      highest = Math.max(highest, fibre[i] + errors[i]);
      lowest = Math.max(lowest, fibre[i] - errors[i]);
    }
    double off = Math.max(highest - result, result - lowest);
    // The sums and differences above are rounded.
    double rounding = 0x1p-50 * (Math.abs(result) + off);
    return any == 0 || !Double.isFinite(off) ? any : Math.min(any, off + rounding);
  }

  /** Which elements belong to one element of the result. */
  record Fibres(int[] keptExtents, int[] keptStrides, int[] reducedExtents, int[] reducedStrides, int length) {
    static Fibres of(int[] extents, List<Integer> axes) {
      int[] strides = ViewOp.rowMajor(extents);
      int[] kept = IntStream.range(0, extents.length).filter(a -> !axes.contains(a)).toArray();
      int[] reduced = axes.stream().mapToInt(Integer::intValue).sorted().toArray();
      return new Fibres(
          pick(extents, kept), pick(strides, kept), pick(extents, reduced), pick(strides, reduced),
          Arrays.stream(pick(extents, reduced)).reduce(1, (a, b) -> a * b));
    }

    private static int[] pick(int[] numbers, int[] indices) {
      return Arrays.stream(indices).map(i -> numbers[i]).toArray();
    }

    double[] gather(double[] elements, int index) {
      int base = ViewOp.strided(keptExtents, keptStrides, 0).source(index);
      ViewOp.IndexMap map = ViewOp.strided(reducedExtents, reducedStrides, base);
      double[] fibre = new double[length];
      for (int i = 0; i < length; i++) {
        fibre[i] = elements[map.source(i)];
      }
      return fibre;
    }
  }
}
