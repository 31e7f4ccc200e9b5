package nibble.ir.op;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.layout.SparseLayout;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Keeps the elements that a sparse layout keeps by magnitude ({@link SparseLayout#select}); the others become 0. The
 * result is dense: it is what the compressed tensor stands for.
 *
 * @param axis along which groups lie, counted from the front, as if it were the last one; rows of V:N:M lie along the
 *     last one of the others
 * @param layout that the result fits
 */
@OpInfo(
    name = "prune",
    summary = "the elements that a sparse layout along an axis keeps, the largest; the others become zero",
    rounding = "exact")
public record Prune(int axis, SparseLayout layout) implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    TensorType x = expectFloat(operands.getFirst());
    compressed(x);
    return x;
  }

  /**
   * The type of the result, compressed: transposed so that the axis is the last one.
   *
   * @throws TypeRuleException where the layout does not fit
   */
  public TensorType compressed(TensorType x) {
    Dim extent = x.shape().dim(expectAxisFromFront(axis, x.rank()));
    Shape others = x.shape().slice(0, axis).append(x.shape().slice(axis + 1, x.rank()).dims().toArray(Dim[]::new));
    TensorType turned = x.withShape(others.append(extent));
    layout.rejects(turned.shape()).ifPresent(why -> {
      throw new TypeRuleException("sparse<" + layout.text() + "> does not fit shape " + turned.shape() + ": " + why);
    });
    return turned.withSparse(layout);
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] x = operands.getFirst().elements();
    boolean[] keep = keep(x, result.shape().extents());
    return Tensor.generate(result, i -> keep[i] ? x[i] : 0);
  }

  private boolean[] keep(double[] x, int[] extents) {
    int length = extents[axis];
    int stride = ViewOp.rowMajor(extents)[axis];
    // With the axis last, element `index` of a row lies next to the one before.
    int[] place = IntStream.range(0, x.length).map(i ->
        (i / (length * stride) * stride + i % stride) * length + i / stride % length).toArray();
    double[] moved = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      moved[place[i]] = x[i];
    }
    boolean[] kept = layout.select(moved, length);
    boolean[] keep = new boolean[x.length];
    for (int i = 0; i < x.length; i++) {
      keep[i] = kept[place[i]];
    }
    return keep;
  }

  /** What a kernel reads exactly it compares exactly. If anything is off, it may keep other elements than these. */
  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    double[] inherited = operands.getFirst().error();
    double[] error = new double[inherited.length];
    if (Arrays.stream(inherited).allMatch(e -> e == 0)) {
      return error;
    }
    double[] x = operands.getFirst().exact().elements();
    Arrays.setAll(error, i -> {
      double dropped = Math.nextUp(Math.abs(x[i]) + inherited[i]);
      return Double.isFinite(dropped) ? dropped : Double.POSITIVE_INFINITY;
    });
    return error;
  }
}
