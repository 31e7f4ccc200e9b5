package nibble.codegen.kernel;

import java.util.List;
import java.util.Map;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.TileItem;
import nibble.ir.Value;
import nibble.ir.op.Members;
import nibble.ir.shape.Dim;

/**
 * Rows of a product with a matrix for each expert: the entries of a table that {@link Members} gives. A row is the token that its
 * entry names, so that members are the first rows, tiles of others have nothing to multiply, and every row of the result is stored
 * once.
 *
 * @param table the table in memory
 * @param product whose batches are experts, and whose coordinates name {@link Product#TOKEN}
 */
record MemberRows(Memory table, Product product) {
  private IndexExpr expert() {
    return IndexExpr.variable(Product.BATCH, product.batch());
  }

  /** How many members the expert of the block has. */
  Value count(TileBuilder builder, GlobalMemory memory) {
    Value count = memory.load(table.elements(), table.type().shape(), List.of(expert(), IndexExpr.ZERO));
    return builder.add(new TileItem(), count);
  }

  /** How many iterations of the depth a tile of rows needs. */
  Value iterations(TileBuilder builder, Value firstRow, Value count, Value all) {
    return builder.apply(
        Scalar.SELECT, builder.apply(Scalar.LT, firstRow, count), all, builder.number(0));
  }

  /** The tokens of the rows of a grid. */
  IndexExpr tokens(GlobalMemory memory) {
    IndexExpr place = IndexExpr.variable(Product.ROW, product.m()).plus(IndexExpr.of(1));
    return memory.loaded(table.elements(), table.type().shape(), List.of(expert(), place), product.m());
  }

  /** The product with tokens in place of their variable. */
  Product placed(IndexExpr tokens) {
    return product.substitute(Map.of(Product.TOKEN, tokens));
  }

  /** Sums of members, and zeros for others, of whatever was multiplied in their place. */
  Value ofMembers(TileBuilder builder, Grid2 grid, Value count, Value sums) {
    IndexExpr row = IndexExpr.variable(Product.ROW, product.m().is(1) ? Dim.of(2) : product.m());
    Value isMember = grid.apply(builder, Scalar.LT, grid.emit(builder, row), count);
    Value zero = builder.fill(0, TileType.scalar(TileBuilder.type(sums).format()));
    return grid.apply(builder, Scalar.SELECT, isMember, sums, zero);
  }
}
