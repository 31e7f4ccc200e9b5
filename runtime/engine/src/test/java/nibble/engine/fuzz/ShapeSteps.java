package nibble.engine.fuzz;

import static nibble.engine.fuzz.SketchPool.B;
import static nibble.engine.fuzz.SketchPool.NUMBERS;
import static nibble.engine.fuzz.SketchPool.S;
import static nibble.engine.fuzz.SketchPool.choose;
import static nibble.engine.fuzz.SketchPool.extent;
import static nibble.engine.fuzz.SketchPool.isFloat;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.ir.Op;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Abs;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.Concat;
import nibble.ir.op.Constant;
import nibble.ir.op.Gather;
import nibble.ir.op.ReduceMax;
import nibble.ir.op.ReduceMean;
import nibble.ir.op.ReduceMin;
import nibble.ir.op.ReduceSum;
import nibble.ir.op.Remainder;
import nibble.ir.op.Reshape;
import nibble.ir.op.Slice;
import nibble.ir.op.Transpose;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Steps that move elements, and that reduce.
 *
 * @param pool the values so far
 */
record ShapeSteps(SketchPool pool) {
  void reduce(Value x, int b, int c) {
    int rank = x.tensorType().rank();
    int mask = 1 + Math.floorMod(b, (1 << rank) - 1);
    // The last axis first.
    ImmutableList<Integer> axes = IntStream.range(0, rank)
        .filter(axis -> (mask >> (rank - 1 - axis) & 1) == 1).boxed().collect(ImmutableList.toImmutableList());
    boolean keep = c / 4 % 2 == 0;
    List<Op> ops = List.of(
        new ReduceSum(axes, keep), new ReduceMax(axes, keep), new ReduceMean(axes, keep), new ReduceMin(axes, keep));
    Op op = choose(ops, c);
    pool.add(op instanceof ReduceMean && !isFloat(x.tensorType()) ? ops.getFirst() : op, x);
  }

  void transpose(Value x, int choice) {
    int rank = x.tensorType().rank();
    List<Integer> axes = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    int one = rank - 1 - Math.floorMod(choice, rank);
    int other = Math.floorMod(one - 1 - Math.floorMod(choice / rank, rank - 1), rank);
    axes.set(one, other);
    axes.set(other, one);
    pool.add(new Transpose(ImmutableList.copyOf(axes)), x);
  }

  void reshape(Value x, int choice) {
    Shape shape = x.tensorType().shape();
    int rank = shape.rank();
    List<Dim> dims = new ArrayList<>(shape.dims());
    switch (Math.floorMod(choice, 4)) {
      case 0 -> dims = new ArrayList<>(List.of(shape.size()));
      case 1 -> dims.add(Math.floorMod(choice / 4, rank + 1), Dim.ONE);
      case 2 -> {
        for (int axis = 0; axis < rank; axis++) {
          if (dims.get(axis).isConstant() && dims.get(axis).constant() % 4 == 0) {
            Dim rest = Dim.of(dims.get(axis).constant() / 4);
            dims.set(axis, Dim.of(4));
            dims.add(choice / 4 % 2 == 0 ? axis : axis + 1, rest);
            break;
          }
        }
      }
      default -> {
        if (rank > 1) {
          int axis = Math.floorMod(choice / 4, rank - 1);
          dims.set(axis, dims.get(axis).times(dims.remove(axis + 1)));
        }
      }
    }
    pool.add(new Reshape(Shape.of(dims)), x);
  }

  void slice(Value x, int b, int c) {
    Shape shape = x.tensorType().shape();
    int axis = shape.rank() - 1 - Math.floorMod(b, shape.rank());
    Dim extent = shape.dim(axis);
    long least = pool.size(extent);
    long step = 1 + c % 3;
    long from = Math.floorMod(c / 3, (int) least);
    boolean toEnd = c % 2 == 0;
    Dim to = toEnd ? extent : Dim.of(Math.min(least, from + 1 + c / 5));
    pool.add(new Slice(axis, Dim.of(from), to, step), x);
  }

  void broadcast(Value x, int choice) {
    Shape shape = x.tensorType().shape();
    List<Dim> dims = new ArrayList<>();
    for (Dim dim : shape.dims()) {
      dims.add(dim.is(1) ? choose(List.of(Dim.of(4), B, S, Dim.of(3)), choice) : dim);
    }
    if (dims.equals(shape.dims())) {
      dims.addFirst(choose(List.of(Dim.of(2), B, S), choice));
    }
    pool.add(new BroadcastTo(Shape.of(dims)), x);
  }

  void concat(Value x, int b, int c) {
    int rank = x.tensorType().rank();
    int axis = rank - 1 - Math.floorMod(b, rank);
    Optional<Value> other = pool.pick(c, type -> type.format().equals(x.tensorType().format()) && type.rank() == rank
        && type.shape().with(axis, Dim.ONE).equals(x.tensorType().shape().with(axis, Dim.ONE)));
    pool.add(new Concat(axis), c % 5 == 4 ? new Value[] {x, other.orElse(x), x} : new Value[] {x, other.orElse(x)});
  }

  void gather(Value table, int b, int c) {
    int rank = table.tensorType().rank();
    int axis = Math.floorMod(b, rank);
    Optional<Value> indices = pool.pick(c, type -> type.format().equals(Formats.I32) && type.rank() < 3);
    if (indices.isEmpty()) {
      return;
    }
    // Brought into range: |n| mod extent.
    Dim extent = table.tensorType().shape().dim(axis);
    Value bound = pool.scalar(pool.size(extent), Formats.I32);
    Value remainder = pool.builder().add(new Remainder(), indices.get(), bound);
    pool.add(new Gather(axis), table, pool.builder().add(new Abs(), remainder));
  }

  Constant constant(int a, int b, int c) {
    NumberFormat format = choose(List.of(Formats.F32, Formats.I32, Formats.F16, Formats.BF16), c);
    Dim extent = extent(a);
    Shape shape = choose(List.of(Shape.of(extent), Shape.SCALAR, Shape.of(B, S, extent), Shape.of(Dim.ONE, extent)), b);
    boolean full = shape.isConstant() && b / 4 % 2 == 0;
    double number = choose(NUMBERS, c / 4);
    ImmutableList.Builder<Double> values = ImmutableList.builder();
    for (int i = 0; i < (full ? shape.size().constant() : 1); i++) {
      double value = number + i % 7 * 0.5;
      values.add(format.isInteger() ? Math.rint(value) : format.round(value));
    }
    return new Constant(values.build(), TensorType.of(shape, format));
  }
}
