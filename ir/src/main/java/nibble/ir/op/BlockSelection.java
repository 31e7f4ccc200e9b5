package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import nibble.ir.BlockBuilder;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** The forms of the selection of blocks of an attention, made of each other by simpler ops. */
public final class BlockSelection {
  private final BlockBuilder builder;
  private final Attention op;
  private final Shape leading;
  private final Dim queries;
  private final Dim keys;
  private final Shape block;
  private final Shape grid;

  /** Of an attention of queries and keys of these shapes. */
  public BlockSelection(BlockBuilder builder, Attention op, Shape queries, Shape keys) {
    this.builder = builder;
    this.op = op;
    this.leading = queries.slice(0, queries.rank() - 2);
    this.queries = queries.dim(-2);
    this.keys = keys.dim(-2);
    this.block = op.blocks().orElseThrow();
    this.grid = op.blockGrid(this.queries, this.keys);
  }

  /**
   * Lists of blocks: entry 0 of a row is their number, entry n the n-th of them. With {@code c_j} the number of
   * selected blocks up to j, entry n is the sum of all j that are selected and have {@code c_j = n}.
   */
  public Value list(Value bitmap) {
    Value all = full(bitmap);
    Dim columns = grid.dim(1);
    int last = leading.rank() + 1;
    Value selected = builder.add(new Cast(Formats.I32), all);
    Value notBehind = builder.add(new Compare(Compare.Kind.LE), along(columns, 0), along(columns, 1));
    Value counts = sum(builder.add(
        new Select(), notBehind, axisBefore(selected, last), number(0)), last + 1);
    Value entry = along(columns.plus(Dim.ONE), 1);
    Value isTurn = builder.add(
        new And(), axisBefore(all, last), builder.add(new Compare(Compare.Kind.EQ), axisBefore(counts, last), entry));
    Value numbers = builder.add(new Select(), isTurn, along(columns, 0), number(0));
    Value isFirst = builder.add(new Compare(Compare.Kind.EQ), entry, number(0));
    return sum(builder.add(new Select(), isFirst, axisBefore(selected, last), numbers), last + 1);
  }

  /** A bitmap without the blocks in which positions hide every key from every query. */
  public Value visible(Value bitmap) {
    Value visible = bitmap;
    boolean hides = op.fill().isEmpty() && op.lengths().isEmpty()
        && (op.causal() != Attention.Causal.NONE || op.window().isPresent());
    if (!hides) {
      return visible;
    }
    // How far the first key of a block is ahead of the first query.
    Value ahead = builder.add(new Sub(), starts(grid.dim(1), 1, 0), starts(grid.dim(0), 0, 1));
    if (op.causal() == Attention.Causal.BOTTOM_RIGHT && !keys.equals(queries)) {
      ahead = builder.add(new Sub(), ahead, builder.add(new Sub(), integer(keys), integer(queries)));
    }
    if (op.causal() != Attention.Causal.NONE) {
      visible = and(visible, Compare.Kind.LT, ahead, block.dim(0).constant());
    }
    if (op.window().isPresent()) {
      long window = op.window().get();
      visible = and(visible, Compare.Kind.LT, ahead, block.dim(0).constant() + window - 1);
      visible = and(visible, Compare.Kind.GT, ahead, -(block.dim(1).constant() + window - 1));
    }
    return visible;
  }

  private Value and(Value condition, Compare.Kind kind, Value ahead, long bound) {
    return builder.add(new And(), condition, builder.add(new Compare(kind), ahead, number(bound)));
  }

  private Value starts(Dim extent, int axis, int before) {
    return builder.add(new Mul(), along(extent, before), number(block.dim(axis).constant()));
  }

  /** An extent as a number: the last of so many and one more, counted from 0. */
  private Value integer(Dim extent) {
    if (extent.isConstant()) {
      return number(extent.constant());
    }
    Dim more = extent.plus(Dim.ONE);
    Value last = builder.add(new Slice(0, extent, more, 1), builder.add(new Iota(more)));
    return builder.add(new Reshape(Shape.SCALAR), last);
  }

  /** Truth values for each query and key. */
  public Value perElement(Value selection) {
    Value bitmap = selection.tensorType().format().equals(Formats.BOOL) ? full(selection) : bitmap(selection);
    Shape split = leading.append(grid.dim(0), Dim.ONE, grid.dim(1), Dim.ONE);
    Shape spread = leading.append(grid.dim(0), block.dim(0), grid.dim(1), block.dim(1));
    Value whole = builder.add(new BroadcastTo(spread), builder.add(new Reshape(split), bitmap));
    Value flat = builder.add(
        new Reshape(leading.append(grid.dim(0).times(block.dim(0)), grid.dim(1).times(block.dim(1)))), whole);
    Value rows = cut(flat, leading.rank(), queries);
    return cut(rows, leading.rank() + 1, keys);
  }

  private Value cut(Value value, int axis, Dim extent) {
    return value.tensorType().shape().dim(axis).equals(extent)
        ? value : builder.add(new Slice(axis, Dim.ZERO, extent, 1), value);
  }

  /** The truth values of lists: whether one of as many entries as are counted is the block. */
  private Value bitmap(Value list) {
    int last = leading.rank() + 1;
    Dim columns = grid.dim(1);
    Value count = builder.add(new Slice(last, Dim.ZERO, Dim.ONE, 1), list);
    Value entries = builder.add(new Slice(last, Dim.ONE, columns.plus(Dim.ONE), 1), list);
    Value isCounted = builder.add(new Compare(Compare.Kind.LT), along(columns, 0), axisBefore(count, last));
    Value isBlock = builder.add(new Compare(Compare.Kind.EQ), axisBefore(entries, last), along(columns, 1));
    Value hits = builder.add(new Cast(Formats.I32), builder.add(new And(), isBlock, isCounted));
    return builder.add(new Compare(Compare.Kind.GT), sum(hits, last + 1), number(0));
  }

  private Value full(Value bitmap) {
    Shape shape = leading.append(grid.dim(0), grid.dim(1));
    return bitmap.tensorType().shape().equals(shape) ? bitmap : builder.add(new BroadcastTo(shape), bitmap);
  }

  /** Numbers from 0 on, along the last axis or the one before it. */
  private Value along(Dim extent, int before) {
    Shape shape = before == 0 ? Shape.of(Dim.ONE, extent) : Shape.of(extent, Dim.ONE);
    return builder.add(new Reshape(shape), builder.add(new Iota(extent)));
  }

  private Value axisBefore(Value value, int axis) {
    List<Dim> dims = new ArrayList<>(value.tensorType().shape().dims());
    dims.add(axis, Dim.ONE);
    return builder.add(new Reshape(Shape.of(dims)), value);
  }

  private Value sum(Value value, int axis) {
    return builder.add(new ReduceSum(ImmutableList.of(axis), false), value);
  }

  private Value number(long value) {
    return builder.add(Constant.splat(value, TensorType.scalar(Formats.I32)));
  }
}
