package nibble.engine.fuzz;

import static nibble.engine.fuzz.SketchPool.FLOATS;
import static nibble.engine.fuzz.SketchPool.choose;
import static nibble.engine.fuzz.SketchPool.extent;

import java.util.List;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.SparseLayout;
import nibble.ir.layout.SparseLayouts;
import nibble.ir.op.Cast;
import nibble.ir.op.Compress;
import nibble.ir.op.Decompress;
import nibble.ir.op.GatedSum;
import nibble.ir.op.GroupedMatMul;
import nibble.ir.op.MatMul;
import nibble.ir.op.Members;
import nibble.ir.op.Prune;
import nibble.ir.op.Relu;
import nibble.ir.op.Reshape;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Experts, and activations that are pruned.
 *
 * @param pool the values so far
 */
record SparseSteps(SketchPool pool) {
  private static final List<Long> EXPERTS = List.of(2L, 1L, 3L, 5L);
  private static final SparseLayout LAYOUT = new SparseLayouts.NOfM(2, 4);

  /** Products of the rows that some gates of their own choose, and perhaps their sum. */
  void experts(Value x, int b, int c) {
    TensorType type = x.tensorType();
    if (!type.shape().last().isConstant()) {
      return;
    }
    Dim inner = type.shape().last();
    Dim outer = extent(b / 4);
    Dim experts = Dim.of(choose(EXPERTS, b));
    Value tokens = matrix(x);
    Value logits = pool.builder().add(
        new MatMul(false, Formats.F32), tokens, pool.weight(TensorType.of(Shape.of(inner, experts), type.format())));
    Value gates = c % 2 == 0 ? pool.builder().add(new Relu(), logits) : logits;
    boolean transposed = c / 2 % 2 == 1;
    NumberFormat format = choose(FLOATS, c / 4);
    Shape shape = transposed ? Shape.of(experts, outer, inner) : Shape.of(experts, inner, outer);
    Value products = pool.builder().add(
        new GroupedMatMul(transposed, Formats.F32), cast(tokens, format), pool.weight(TensorType.of(shape, format)),
        pool.builder().add(new Members(), gates));
    pool.offer(products);
    if (c / 3 % 2 == 0) {
      pool.add(new GatedSum(), products, gates);
    }
  }

  /** As one matrix, 2:4; what is pruned, or the same by way of what is stored. */
  void prune(Value x, int c) {
    Dim last = x.tensorType().shape().last();
    if (last.dividedBy(Dim.of(4)).isEmpty()) {
      return;
    }
    Value narrow = cast(matrix(x), choose(List.of(Formats.F16, Formats.BF16), c));
    Value pruned = pool.builder().add(new Prune(1, LAYOUT), narrow);
    if (c % 3 == 0) {
      pool.offer(pruned);
    }
    pool.add(new Decompress(), pool.builder().add(new Compress(LAYOUT), pruned));
  }

  private Value matrix(Value x) {
    Shape shape = x.tensorType().shape();
    Shape matrix = Shape.of(shape.slice(0, shape.rank() - 1).size(), shape.last());
    return shape.equals(matrix) ? x : pool.builder().add(new Reshape(matrix), x);
  }

  private Value cast(Value x, NumberFormat format) {
    return x.tensorType().format().equals(format) ? x : pool.builder().add(new Cast(format), x);
  }
}
