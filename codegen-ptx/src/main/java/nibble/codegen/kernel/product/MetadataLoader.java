package nibble.codegen.kernel.product;

import static nibble.codegen.layout.Dimension.LANE;
import static nibble.codegen.layout.Dimension.REGISTER;
import static nibble.codegen.layout.Dimension.WARP;
import static nibble.codegen.layout.LinearLayout.broadcast;
import static nibble.codegen.layout.LinearLayout.identity;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.GlobalMemory;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.Grid2.Index;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.kernel.operand.OperandLoader;
import nibble.codegen.kernel.operand.ProductTile;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.SharedLayout;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.SharedAlloc;
import nibble.codegen.tile.op.SharedLoad;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.layout.MetadataTile;
import nibble.ir.layout.StoredArray;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;

/**
 * Brings metadata to instructions by way of shared memory, with the stages of the operands: all words of a tile, in the
 * order of memory, of which a lane loads one for each step of the depth and 16 or 32 rows. Beyond the last rows, those
 * of the last are read again: no instruction takes words of zeros.
 */
final class MetadataLoader {
  private static final String ROW = "metadata.row";
  private static final String WORD = "metadata.word";
  private static final int VECTOR = 4;

  private final SparseWeight weight;
  private final ProductTile tile;
  private final SharedType shared;
  private final LinearLayout copyLayout;
  private Value memory;

  MetadataLoader(SparseWeight weight, ProductTile tile) {
    this.weight = weight;
    this.tile = tile;
    this.copyLayout = OperandLoader.copyLayout(rows(), words(), VECTOR, tile.warps());
    this.shared = new SharedType(Formats.I32, tile.stages(), SharedLayout.rowMajor(Integer.SIZE, rows(), words()));
  }

  private int rows() {
    return tile.m() / weight.metadata().rows();
  }

  /** Of a row of the tile. */
  private int words() {
    return tile.k() / tile.format().step() * MetadataTile.WORDS;
  }

  void allocate(TileBuilder builder) {
    memory = builder.add(new SharedAlloc(shared));
  }

  /** Fills a stage with the words of a tile of rows and an iteration. */
  void fetch(
      TileBuilder builder, Memory sparse, Value rowTile, Value iteration, ImmutableMap<String, Index> others,
      Value stage, ImmutableMap<String, SymbolBounds> symbols) {
    Grid2 plain = new Grid2(copyLayout, ROW, WORD, others);
    Value first = builder.apply(Scalar.MUL, rowTile, builder.number(rows()));
    Grid2 grid = plain.with(ImmutableMap.of(
        ROW, plain.along(builder, ROW, first),
        WORD, plain.along(builder, WORD, builder.apply(Scalar.MUL, iteration, builder.number(words())))));
    Dim ofRows = weight.metadataRows();
    Dim ofWords = Dim.of(weight.metadataWords());
    // Of extent 1 too: the tile may have more rows.
    IndexExpr row = IndexExpr.variable(ROW, ofRows.plus(Dim.ONE));
    if (ofRows.dividedBy(Dim.of(rows())).isEmpty()) {
      Value inside =
          builder.apply(Scalar.MIN, grid.emit(builder, row), builder.size(ofRows.plus(Dim.of(-1))));
      row = grid.loaded(inside, ofRows);
    }
    GlobalMemory global = new GlobalMemory(builder, grid, ImmutableList.of(), symbols);
    global.copy(
        sparse.parts().get(StoredArray.METADATA), Shape.of(ofRows, ofWords),
        ImmutableList.of(row, IndexExpr.variable(WORD, ofWords)), memory, stage);
  }

  /**
   * The words of a step where each warp has 16 rows: of words of two rows, those of its own in the first two lanes of
   * each four, which the instruction looks at for selector 0, and again in the others.
   */
  private LinearLayout ofWarpgroups(String ofRows, String ofWords) {
    return switch (weight.metadata()) {
      case ONE_ROW -> identity(LANE, MetadataTile.WORDS, ofWords).times(identity(WARP, tile.warpsM(), ofRows));
      case TWO_ROWS -> identity(LANE, 2, ofWords)
          .times(broadcast(LANE, 2))
          .times(identity(WARP, 2, ofWords))
          .times(identity(LANE, MetadataTile.WORDS / 4, ofWords))
          .times(identity(WARP, tile.warpsM() / 2, ofRows));
    };
  }

  /** The words of all steps of an iteration. */
  Value fragment(TileBuilder builder, Value stage) {
    String ofRows = Dimension.tensor(0);
    String ofWords = Dimension.tensor(1);
    LinearLayout ofStep = tile.warpgroups()
        ? ofWarpgroups(ofRows, ofWords) : identity(LANE, MetadataTile.WORDS, ofWords)
        .times(identity(WARP, tile.warpsM(), ofRows))
        .times(identity(REGISTER, rows() / tile.warpsM(), ofRows))
        .times(broadcast(WARP, tile.warpsN()));
    LinearLayout layout = ofStep
        .times(identity(REGISTER, words() / MetadataTile.WORDS, ofWords))
        .reorderOutputs(Dimension.tensors(2));
    TileType type = new TileType(Formats.I32, layout);
    return builder.add(new SharedLoad(ImmutableList.of(0, 0), ImmutableList.of(0, 1), type), memory, stage);
  }
}
