package nibble.passes.attention.sparse;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import nibble.ir.BlockBuilder;
import nibble.ir.Op;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.op.Abs;
import nibble.ir.op.Add;
import nibble.ir.op.And;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.Cast;
import nibble.ir.op.Compare;
import nibble.ir.op.Concat;
import nibble.ir.op.Constant;
import nibble.ir.op.Div;
import nibble.ir.op.Either;
import nibble.ir.op.Exp;
import nibble.ir.op.Gather;
import nibble.ir.op.Iota;
import nibble.ir.op.MatMul;
import nibble.ir.op.Maximum;
import nibble.ir.op.Minimum;
import nibble.ir.op.Mul;
import nibble.ir.op.Not;
import nibble.ir.op.Or;
import nibble.ir.op.ReduceMax;
import nibble.ir.op.ReduceMin;
import nibble.ir.op.ReduceSum;
import nibble.ir.op.Reshape;
import nibble.ir.op.Select;
import nibble.ir.op.Slice;
import nibble.ir.op.Softmax;
import nibble.ir.op.Sqrt;
import nibble.ir.op.Sub;
import nibble.ir.op.Transpose;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** Appends arithmetic in f32, i32 and truth values. Axes are counted from the end: -1 is the last. */
public record Arithmetic(BlockBuilder builder) {
  static Shape shape(Value value) {
    return value.tensorType().shape();
  }

  private Value op(Op op, Value... operands) {
    return builder.add(op, operands);
  }

  public Value real(double number) {
    return op(Constant.splat(number, TensorType.scalar(Formats.F32)));
  }

  public Value integer(long number) {
    return op(Constant.splat(number, TensorType.scalar(Formats.I32)));
  }

  public Value integers(long... numbers) {
    return op(new Constant(
        Arrays.stream(numbers).mapToObj(Double::valueOf).collect(ImmutableList.toImmutableList()),
        TensorType.of(Shape.of(numbers.length), Formats.I32)));
  }

  public Value f32(Value x) {
    return x.tensorType().format().equals(Formats.F32) ? x : op(new Cast(Formats.F32), x);
  }

  public Value i32(Value x) {
    return x.tensorType().format().equals(Formats.I32) ? x : op(new Cast(Formats.I32), x);
  }

  public Value add(Value a, Value b) {
    return op(new Add(), a, b);
  }

  public Value sub(Value a, Value b) {
    return op(new Sub(), a, b);
  }

  public Value mul(Value a, Value b) {
    return op(new Mul(), a, b);
  }

  public Value div(Value a, Value b) {
    return op(new Div(), a, b);
  }

  public Value exp(Value x) {
    return op(new Exp(), x);
  }

  public Value sqrt(Value x) {
    return op(new Sqrt(), x);
  }

  public Value abs(Value x) {
    return op(new Abs(), x);
  }

  public Value maximum(Value a, Value b) {
    return op(new Maximum(), a, b);
  }

  public Value minimum(Value a, Value b) {
    return op(new Minimum(), a, b);
  }

  public Value and(Value a, Value b) {
    return op(new And(), a, b);
  }

  public Value or(Value a, Value b) {
    return op(new Or(), a, b);
  }

  public Value not(Value x) {
    return op(new Not(), x);
  }

  public Value compare(Compare.Kind kind, Value a, Value b) {
    return op(new Compare(kind), a, b);
  }

  public Value select(Value condition, Value yes, Value no) {
    return op(new Select(), condition, yes, no);
  }

  /** One of two tensors, of which only that one is computed. */
  public Value either(Value condition, Value yes, Value no) {
    return op(new Either(), condition, yes, no);
  }

  public Value matmul(Value a, Value b, boolean transposeB) {
    return op(new MatMul(transposeB, Formats.F32), a, b);
  }

  public Value softmax(Value x) {
    return op(new Softmax(), x);
  }

  public Value sum(Value x, int axis) {
    return op(new ReduceSum(ImmutableList.of(x.tensorType().rank() + axis), false), x);
  }

  /** The sum of the magnitudes of all elements, f32: of each row, and of these. */
  public Value totalOfMagnitudes(Value x) {
    Value magnitudes = abs(f32(x));
    Value rows = shape(magnitudes).rank() == 0 ? magnitudes : sum(magnitudes, -1);
    return shape(rows).rank() == 0 ? rows : sum(reshape(rows, Shape.of(shape(rows).size())), -1);
  }

  public Value max(Value x, int axis) {
    return op(new ReduceMax(ImmutableList.of(x.tensorType().rank() + axis), false), x);
  }

  public Value min(Value x, int axis) {
    return op(new ReduceMin(ImmutableList.of(x.tensorType().rank() + axis), false), x);
  }

  public Value reshape(Value x, Shape to) {
    return shape(x).equals(to) ? x : op(new Reshape(to), x);
  }

  public Value broadcast(Value x, Shape to) {
    return shape(x).equals(to) ? x : op(new BroadcastTo(to), x);
  }

  /** With an axis of extent 1, at that place of the result. */
  public Value axis(Value x, int axis) {
    List<Dim> dims = new ArrayList<>(shape(x).dims());
    dims.add(dims.size() + 1 + axis, Dim.ONE);
    return reshape(x, Shape.of(dims));
  }

  /** The last axes as these ones. */
  public Value last(Value x, int count, long... extents) {
    Shape leading = shape(x).slice(0, shape(x).rank() - count);
    List<Dim> dims = new ArrayList<>(leading.dims());
    for (long extent : extents) {
      dims.add(Dim.of(extent));
    }
    return reshape(x, Shape.of(dims));
  }

  /** With the last two axes swapped. */
  public Value transpose(Value x) {
    int rank = x.tensorType().rank();
    List<Integer> axes = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      axes.add(axis < rank - 2 ? axis : 2 * rank - 3 - axis);
    }
    return op(new Transpose(ImmutableList.copyOf(axes)), x);
  }

  /** The integers from 0 on, along an axis. */
  public Value iota(Dim extent, int axis) {
    List<Dim> dims = new ArrayList<>(List.of(extent));
    for (int i = -1; i > axis; i--) {
      dims.add(Dim.ONE);
    }
    return reshape(op(new Iota(extent)), Shape.of(dims));
  }

  public Value iota(long extent, int axis) {
    return iota(Dim.of(extent), axis);
  }

  /** The elements up to that one, along an axis. */
  public Value cut(Value x, int axis, long to) {
    int at = x.tensorType().rank() + axis;
    return shape(x).dim(at).is(to) ? x : op(new Slice(at, Dim.ZERO, Dim.of(to), 1), x);
  }

  /** With zeros behind, up to an extent of an axis. */
  public Value pad(Value x, int axis, long extent) {
    int at = x.tensorType().rank() + axis;
    long more = extent - shape(x).dim(at).constant();
    if (more == 0) {
      return x;
    }
    Value zeros = broadcast(
        op(Constant.splat(0, TensorType.scalar(x.tensorType().format()))), shape(x).with(at, Dim.of(more)));
    return op(new Concat(at), x, zeros);
  }

  /** Elements of a vector by number. */
  public Value take(Value table, Value numbers) {
    return op(new Gather(0), table, numbers);
  }

  /**
   * Rows by number, of each head its own.
   *
   * @param table {@code [.., N, D]}
   * @param rows {@code [.., M]} or what broadcasts to it, i32
   * @return {@code [.., M, D]}
   */
  public Value rows(Value table, Value rows) {
    Shape leading = shape(table).slice(0, shape(table).rank() - 2);
    return reshape(rowsByHead(table, rows), leading.append(shape(rows).last(), shape(table).last()));
  }

  /** The same with all heads along one axis, {@code [H, M, D]}. */
  public Value rowsByHead(Value table, Value rows) {
    Shape leading = shape(table).slice(0, shape(table).rank() - 2);
    Dim heads = leading.size();
    Dim count = shape(table).dim(-2);
    Dim picked = shape(rows).last();
    Value flat = reshape(table, Shape.of(heads.times(count), shape(table).last()));
    Value numbers = reshape(broadcast(rows, leading.append(picked)), Shape.of(heads, picked));
    Value first = mul(iota(heads, -2), integer(count.constant()));
    return op(new Gather(0), flat, add(numbers, first));
  }
}
