package nibble.codegen.kernel.selection;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.GlobalMemory;
import nibble.codegen.kernel.GlobalMemory.Guard;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.Grid2.Index;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Reduce;
import nibble.codegen.tile.op.TileReshape;
import nibble.ir.Value;
import nibble.ir.layout.MetadataTile;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;

/**
 * Words of metadata of 32 rows by 32 groups, made of codes, one for each row and group: a word has the codes of two
 * rows that are eight apart and of four groups, which are shifted to their places and added
 * ({@link MetadataTile#TWO_ROWS}).
 *
 * @param rowTile number of the tile along the rows
 * @param groupTile number of the tile along the groups
 */
record MetadataWords(
    TileBuilder builder, Value rowTile, Value groupTile, ImmutableMap<String, SymbolBounds> symbols) {
  private static final MetadataTile TILE = MetadataTile.TWO_ROWS;
  private static final int SIDE = 32;
  private static final String ROW = "word.row";
  private static final String COLUMN = "word.column";
  private static final String ROW_TILE = "tile.row";
  private static final String GROUP_TILE = "tile.group";

  /** Stores the words, those beyond the last row or group of the tensor too, as far as there are tiles of metadata. */
  void store(Value buffer, Dim rows, Dim groups, Value codes) {
    Value words = words(codes);
    TileType type = TileBuilder.type(words);
    Dim rowTiles = rows.ceilDiv(SIDE);
    Dim metadataColumns = groups.ceilDiv(TILE.groups());
    Grid2 plain = new Grid2(type.layout(), ROW, COLUMN, ImmutableMap.of(
        ROW_TILE, Index.scalar(rowTile), GROUP_TILE, Index.scalar(groupTile)));
    Grid2 ofWords = plain.with(ImmutableMap.of(
        ROW, plain.along(builder, ROW, builder.number(0)), COLUMN, plain.along(builder, COLUMN, builder.number(0))));
    IndexExpr row = IndexExpr.variable(ROW, Dim.of(SIDE / 2));
    IndexExpr column = IndexExpr.variable(COLUMN, Dim.of(SIDE / 4));
    IndexExpr metadataColumn = IndexExpr.variable(GROUP_TILE, groups.ceilDiv(SIDE)).times(Dim.of(SIDE / TILE.groups()))
        .plus(column.dividedBy(Dim.of(2)));
    IndexExpr lane = row.modulo(Dim.of(8)).times(Dim.of(4)).plus(row.dividedBy(Dim.of(8)).times(Dim.of(2)))
        .plus(column.modulo(Dim.of(2)));
    ImmutableList<Guard> guards = groups.dividedBy(Dim.of(SIDE)).isPresent()
        ? ImmutableList.of() : ImmutableList.of(new Guard(metadataColumn, metadataColumns));
    new GlobalMemory(builder, ofWords, guards, symbols).store(
        buffer, Shape.of(rowTiles, metadataColumns, Dim.of(MetadataTile.WORDS)),
        List.of(IndexExpr.variable(ROW_TILE, rowTiles), metadataColumn, lane), words);
  }

  /** Words, {@code 8 (row / 16) + row mod 8} by {@code group / 4}. */
  private Value words(Value codes) {
    TileType type = TileBuilder.type(codes);
    Value half = remainder(quotient(builder.iota(0, type), 8), 2);
    Value place = remainder(builder.iota(1, type), 4);
    Value isHigh = is(half, 1);
    // The sign is the highest bit of the last code.
    Value isSigned = builder.apply(
        Scalar.AND, builder.apply(Scalar.AND, isHigh, is(place, 3)),
        builder.apply(Scalar.GE, codes, builder.number(8)));
    Value signed = builder.apply(
        Scalar.SELECT, isSigned, builder.apply(Scalar.SUB, codes, builder.number(16)), codes);
    Value ofHalf = builder.apply(Scalar.SELECT, isHigh, builder.number(1 << 16), builder.number(1));
    Value ofPlace = builder.apply(Scalar.SELECT, is(place, 3), builder.number(1 << 12), builder.number(1 << 8));
    Value later = builder.apply(Scalar.SELECT, is(place, 1), builder.number(1 << 4), ofPlace);
    Value factor = builder.apply(Scalar.SELECT, is(place, 0), builder.number(1), later);
    Value shifted = builder.apply(Scalar.MUL, builder.apply(Scalar.MUL, signed, ofHalf), factor);
    Value parts = builder.add(new TileReshape(ImmutableList.of(2, 2, 8, SIDE / 4, 4)), shifted);
    Value sums = builder.add(new Reduce(4, Scalar.ADD), builder.add(new Reduce(1, Scalar.ADD), parts));
    return builder.add(new TileReshape(ImmutableList.of(SIDE / 2, SIDE / 4)), sums);
  }

  private Value is(Value number, int constant) {
    return builder.apply(Scalar.EQ, number, builder.number(constant));
  }

  private Value quotient(Value number, int divisor) {
    return builder.apply(Scalar.QUOTIENT, number, builder.number(divisor));
  }

  private Value remainder(Value number, int divisor) {
    return builder.apply(Scalar.MODULO, number, builder.number(divisor));
  }
}
