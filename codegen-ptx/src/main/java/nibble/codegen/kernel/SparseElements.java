package nibble.codegen.kernel;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.Rounding;
import nibble.ir.layout.BlockSparse;
import nibble.ir.layout.GroupPattern;
import nibble.ir.layout.KeptColumns;
import nibble.ir.layout.MetadataTile;
import nibble.ir.layout.PlainMask;
import nibble.ir.layout.SparseLayout;
import nibble.ir.layout.SparseLayouts;
import nibble.ir.layout.StoredArray;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Elements of compressed tensors, wherever they are asked for: of a group, two stored ones may be the element, which
 * its code tells; of blocks, the one at its place of a stored block, if its block is stored; of a mask, the one behind
 * those whose bits are before its own. Otherwise it is 0.
 *
 * @param grid points at which elements are asked for
 * @param builder where they are computed
 * @param memory how arrays are read
 */
public record SparseElements(Grid2 grid, TileBuilder builder, GlobalMemory memory) {
  private static final Dim EIGHT = Dim.of(8);
  private static final Dim TWO = Dim.of(2);
  private static final Dim FOUR = Dim.of(4);
  private static final Dim WORD = Dim.of(PlainMask.WORD);

  /** Kept blocks of a row among which one is searched. */
  private static final int MOST_BLOCKS = 128;

  static SparseElements of(ElementEmitter emitter) {
    return new SparseElements(emitter.grid(), emitter.builder(), emitter.memory());
  }

  /** The pattern of the groups of a layout; of V:N:M, of the columns that are kept. */
  public static GroupPattern pattern(SparseLayout layout) {
    return switch (layout) {
      case SparseLayouts.VNOfM blocks -> GroupPattern.TWO_OF_FOUR;
      case SparseLayouts.NOfM groups -> GroupPattern.of(groups.n(), groups.m())
          .orElseThrow(() -> new UnsupportedAccess("no kernel reads sparse<" + layout.text() + ">"));
      default -> throw new UnsupportedAccess("no kernel reads sparse<" + layout.text() + "> yet");
    };
  }

  /**
   * The element at coordinates of the dense tensor, or its code.
   *
   * @param converted what becomes of a stored element once it is loaded
   */
  public Value element(Memory sparse, List<IndexExpr> at, UnaryOperator<Value> converted) {
    TensorType type = sparse.type();
    SparseLayout layout = type.sparse().orElseThrow();
    return switch (layout) {
      case BlockSparse blocks -> ofBlocks(sparse, blocks, at, converted);
      case PlainMask mask -> ofMask(sparse, at, converted);
      default -> ofGroups(sparse, layout, at, converted);
    };
  }

  private Value ofGroups(
      Memory sparse, SparseLayout layout, List<IndexExpr> at, UnaryOperator<Value> converted) {
    TensorType type = sparse.type();
    GroupPattern pattern = pattern(layout);
    IndexExpr column = at.getLast();
    Dim size = Dim.of(layout.numbers().getLast());
    IndexExpr group = column.dividedBy(size);
    Value word = word(sparse, at, group);
    IndexExpr bit = bit(MetadataTile.of(type.format()), row(at), group);
    Value first = field(word, bit);
    IndexExpr stored = group.times(Dim.of(pattern.kept()));
    return switch (pattern) {
      case ONE_OF_TWO -> {
        Value quarter = grid.emit(builder, column.modulo(size).times(TWO));
        yield where(first, quarter, converted.apply(load(sparse, at, stored)));
      }
      case TWO_OF_FOUR -> {
        Value place = layout instanceof SparseLayouts.VNOfM blocks
            ? kept(sparse, at, blocks, group) : grid.emit(builder, column.modulo(size));
        Value element = where(
            field(word, bit.plus(IndexExpr.of(TWO))), place,
            converted.apply(load(sparse, at, stored.plus(IndexExpr.of(Dim.ONE)))));
        yield where(first, place, converted.apply(load(sparse, at, stored)), element);
      }
      case FOUR_OF_EIGHT -> {
        Value place = grid.emit(builder, column.modulo(size).dividedBy(TWO));
        IndexExpr ofPair = stored.plus(column.modulo(TWO));
        Value element = where(
            field(word, bit.plus(IndexExpr.of(TWO))), place,
            converted.apply(load(sparse, at, ofPair.plus(IndexExpr.of(TWO)))));
        yield where(first, place, converted.apply(load(sparse, at, ofPair)), element);
      }
    };
  }

  private static IndexExpr row(List<IndexExpr> at) {
    return at.size() < 2 ? IndexExpr.ZERO : at.get(at.size() - 2);
  }

  private Value where(Value code, Value place, Value element, Value otherwise) {
    return grid.apply(builder, Scalar.SELECT, grid.apply(builder, Scalar.EQ, code, place), element, otherwise);
  }

  private Value where(Value code, Value place, Value element) {
    return where(code, place, element, builder.fill(0, TileType.scalar(TileBuilder.type(element).format())));
  }

  private Value field(Value word, IndexExpr bit) {
    return grid.apply(builder, Scalar.TWO_BITS, word, grid.emit(builder, bit));
  }

  private Shape shape(Memory sparse, String part) {
    return sparse.type().parts().stream().filter(array -> array.name().equals(part)).findFirst().orElseThrow()
        .type().shape();
  }

  private Value load(Memory sparse, List<IndexExpr> at, IndexExpr column) {
    List<IndexExpr> where = new ArrayList<>(at);
    where.set(at.size() - 1, column);
    return memory.load(sparse.elements(), shape(sparse, TensorPart.ELEMENTS), where);
  }

  /** The word of metadata with the code of a group ({@link MetadataTile}). */
  private Value word(Memory sparse, List<IndexExpr> at, IndexExpr group) {
    MetadataTile tile = MetadataTile.of(sparse.type().format());
    IndexExpr row = row(at);
    IndexExpr inRow = row.modulo(Dim.of(tile.rows()));
    IndexExpr inGroup = group.modulo(Dim.of(tile.groups()));
    IndexExpr lane = inRow.modulo(EIGHT).times(FOUR).plus(switch (tile) {
      case TWO_ROWS -> inRow.dividedBy(Dim.of(16)).times(TWO).plus(inGroup.dividedBy(FOUR));
      case ONE_ROW -> inGroup.dividedBy(EIGHT).times(TWO).plus(inRow.dividedBy(EIGHT));
    });
    List<IndexExpr> where = new ArrayList<>(at.subList(0, Math.max(0, at.size() - 2)));
    where.add(row.dividedBy(Dim.of(tile.rows())));
    where.add(group.dividedBy(Dim.of(tile.groups())));
    where.add(lane);
    return memory.load(sparse.parts().get(StoredArray.METADATA), shape(sparse, StoredArray.METADATA), where);
  }

  private static IndexExpr bit(MetadataTile tile, IndexExpr row, IndexExpr group) {
    return switch (tile) {
      case TWO_ROWS -> row.dividedBy(EIGHT).modulo(TWO).times(Dim.of(16)).plus(group.modulo(FOUR).times(FOUR));
      case ONE_ROW -> group.modulo(EIGHT).times(FOUR);
    };
  }

  /** Which of the kept columns of its block the element is in; one behind the last where it is in none. */
  private Value kept(Memory sparse, List<IndexExpr> at, SparseLayouts.VNOfM layout, IndexExpr block) {
    Value column = grid.emit(builder, at.getLast().modulo(Dim.of(layout.m())));
    List<IndexExpr> where = new ArrayList<>(at.subList(0, at.size() - 2));
    where.add(row(at).dividedBy(Dim.of(layout.v())));
    where.add(block);
    Value place = builder.number(KeptColumns.COUNT);
    for (int i = 0; i < KeptColumns.COUNT; i++) {
      ImmutableList<IndexExpr> ofColumn =
          ImmutableList.<IndexExpr>builder().addAll(where).add(IndexExpr.of(Dim.of(i))).build();
      Value loaded = memory.load(sparse.parts().get(StoredArray.COLUMNS), shape(sparse, StoredArray.COLUMNS), ofColumn);
      Value kept = builder.cast(loaded, Formats.I32, Rounding.TOWARD_ZERO);
      place = where(kept, column, builder.number(i), place);
    }
    return place;
  }

  /** The element at its place of the stored block that is its block, if one is. */
  private Value ofBlocks(Memory sparse, BlockSparse layout, List<IndexExpr> at, UnaryOperator<Value> converted) {
    int count = layout.kept(Math.toIntExact(sparse.type().shape().last().constant()));
    if (count > MOST_BLOCKS) {
      throw new UnsupportedAccess("no kernel decompresses " + sparse.type() + ": it would search " + count
          + " kept blocks of a row, and searches at most " + MOST_BLOCKS);
    }
    Dim width = Dim.of(layout.columns());
    Value block = grid.emit(builder, at.getLast().dividedBy(width));
    List<IndexExpr> where = new ArrayList<>(at.subList(0, Math.max(0, at.size() - 2)));
    if (at.size() > 1) {
      where.add(row(at).dividedBy(Dim.of(layout.rows())));
    }
    Value place = builder.number(count);
    for (int i = 0; i < count; i++) {
      ImmutableList<IndexExpr> ofBlock =
          ImmutableList.<IndexExpr>builder().addAll(where).add(IndexExpr.of(i)).build();
      Value kept = memory.load(sparse.parts().get(StoredArray.COLUMNS), shape(sparse, StoredArray.COLUMNS), ofBlock);
      place = where(kept, block, builder.number(i), place);
    }
    Value isStored = grid.apply(builder, Scalar.LT, place, builder.number(count));
    // Of a block that is not stored, some other is read.
    Value inside = grid.apply(builder, Scalar.MIN, place, builder.number(count - 1));
    IndexExpr column = grid.loaded(inside, Dim.of(count)).times(width).plus(at.getLast().modulo(width));
    return orZero(isStored, converted.apply(load(sparse, at, column)));
  }

  /** The element behind those whose bits are before its own, if it has a bit. */
  private Value ofMask(Memory sparse, List<IndexExpr> at, UnaryOperator<Value> converted) {
    List<IndexExpr> where = new ArrayList<>(at);
    where.set(at.size() - 1, at.getLast().dividedBy(WORD));
    Shape words = shape(sparse, StoredArray.MASK);
    Value word = memory.load(sparse.parts().get(StoredArray.MASK), words, where);
    Value start = memory.load(sparse.parts().get(StoredArray.STARTS), words, where);
    Value bit = grid.emit(builder, at.getLast().modulo(WORD));
    Value before = grid.apply(builder, Scalar.ONES_BELOW, word, bit);
    Value with =
        grid.apply(builder, Scalar.ONES_BELOW, word, grid.apply(builder, Scalar.ADD, bit, builder.number(1)));
    Value isStored = grid.apply(builder, Scalar.LT, before, with);
    Dim count = shape(sparse, TensorPart.ELEMENTS).last();
    Value last = builder.size(count.minus(Dim.ONE));
    // Behind the last stored element, some other is read.
    Value place = grid.apply(builder, Scalar.MIN, grid.apply(builder, Scalar.ADD, start, before), last);
    Value loaded = memory.load(
        sparse.elements(), shape(sparse, TensorPart.ELEMENTS), ImmutableList.of(grid.loaded(place, count)));
    return orZero(isStored, converted.apply(loaded));
  }

  private Value orZero(Value condition, Value element) {
    return grid.apply(
        builder, Scalar.SELECT, condition, element,
        builder.fill(0, TileType.scalar(TileBuilder.type(element).format())));
  }
}
