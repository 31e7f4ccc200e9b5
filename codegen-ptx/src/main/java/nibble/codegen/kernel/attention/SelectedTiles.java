package nibble.codegen.kernel.attention;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Set;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.GlobalMemory;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.op.TileItem;
import nibble.ir.Value;
import nibble.ir.op.Attention;
import nibble.ir.shape.Dim;
import nibble.ir.shape.SymbolBounds;

/**
 * The tiles of keys that a block goes over where an attention has a selection: those of a list in memory, of which all
 * threads read the entry that they need. A block of queries of the selection has whole blocks of the kernel, and a
 * block of keys whole tiles.
 *
 * @param lists of all heads and rows of blocks
 * @param outside the head
 * @param firstQuery the first query of the kernel's block
 */
record SelectedTiles(
    AttentionSpace space, AttentionTile tile, Memory lists, ImmutableMap<String, Grid2.Index> outside,
    ImmutableMap<String, SymbolBounds> symbols, Value firstQuery) {
  /** How many tiles there are: of the last block of keys those that have some. */
  Value count(TileBuilder builder) {
    Value listed = entry(builder, IndexExpr.ZERO);
    Value tiles = builder.apply(Scalar.MUL, listed, builder.number(tilesOfBlock()));
    Dim without = blocks().times(Dim.of(tilesOfBlock())).minus(space.keys().ceilDiv(tile.keys()));
    if (without.is(0)) {
      return tiles;
    }
    Value last = entry(builder, IndexExpr.loaded(listed, blocks().plus(Dim.ONE), Set.of()));
    Value isLast = builder.apply(Scalar.EQ, last, builder.size(blocks().minus(Dim.ONE)));
    Value fewer = builder.apply(
        Scalar.SUB, tiles, builder.apply(Scalar.SELECT, isLast, builder.size(without), builder.number(0)));
    // Where none is listed, what was read as the last one is how many there are.
    return builder.apply(Scalar.MAX, fewer, builder.number(0));
  }

  /** The tile of an iteration. */
  Value tile(TileBuilder builder, Value iteration) {
    int tiles = tilesOfBlock();
    Value block = tiles == 1
        ? iteration : builder.apply(Scalar.QUOTIENT, iteration, builder.number(tiles));
    Value place = builder.apply(Scalar.ADD, block, builder.number(1));
    Value found = entry(builder, IndexExpr.loaded(place, blocks().plus(Dim.ONE), Set.of()));
    if (tiles == 1) {
      return found;
    }
    Value rest = builder.apply(Scalar.MODULO, iteration, builder.number(tiles));
    return builder.apply(Scalar.ADD, builder.apply(Scalar.MUL, found, builder.number(tiles)), rest);
  }

  private int tilesOfBlock() {
    return Math.toIntExact(block(1) / tile.keys());
  }

  private long block(int axis) {
    Attention op = space.op();
    return op.blocks().orElseThrow().dim(axis).constant();
  }

  private Dim blocks() {
    return space.op().blockGrid(space.queries(), space.keys()).dim(1);
  }

  private Value entry(TileBuilder builder, IndexExpr entry) {
    Grid2 grid = new Grid2(tile.scoreLayout(), AttentionSpace.QUERY, AttentionSpace.KEY, outside);
    GlobalMemory memory = new GlobalMemory(builder, grid, ImmutableList.of(), symbols);
    Value row = builder.apply(Scalar.QUOTIENT, firstQuery, builder.number(block(0)));
    Dim rows = space.op().blockGrid(space.queries(), space.keys()).dim(0);
    IndexExpr at = IndexExpr.loaded(row, rows, Set.of());
    Value loaded = memory.load(lists.elements(), lists.type().shape(), space.selectionAt(at, entry));
    return builder.add(new TileItem(), loaded);
  }
}
