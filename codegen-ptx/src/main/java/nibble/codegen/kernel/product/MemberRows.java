package nibble.codegen.kernel.product;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.GlobalMemory;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.TileItem;
import nibble.ir.Value;
import nibble.ir.op.Members;
import nibble.ir.shape.Dim;

/**
 * Rows of a product with a matrix for each expert: the entries of a table that {@link Members} gives. A row is the
 * token that its entry names, so that members are the first rows, tiles of others have nothing to multiply, and every
 * row of the result is stored once.
 *
 * @param table the table in memory
 * @param product whose batches are experts, and whose coordinates name {@link Product#TOKEN}
 * @param count how many members the expert of the block has
 * @param left coordinates of the left operand on the grid of its loader
 */
record MemberRows(Memory table, Product product, Value count, ImmutableList<IndexExpr> left) {
  /**
   * Reads the count, and the tokens of the rows of a tile of the left operand.
   *
   * @param memory on the grid of its loader
   */
  static MemberRows read(Memory table, Product product, TileBuilder builder, GlobalMemory memory) {
    Value count = memory.load(table.elements(), table.type().shape(), List.of(expert(product), IndexExpr.ZERO));
    return new MemberRows(
        table, product, builder.add(new TileItem(), count), placed(table, product, memory).left());
  }

  private static IndexExpr expert(Product product) {
    return IndexExpr.variable(Product.BATCH, product.batch());
  }

  private static Product placed(Memory table, Product product, GlobalMemory memory) {
    IndexExpr place = IndexExpr.variable(Product.ROW, product.m()).plus(IndexExpr.of(1));
    return product.substitute(Map.of(Product.TOKEN, memory.loaded(
        table.elements(), table.type().shape(), List.of(expert(product), place), product.m())));
  }

  /** The product with the tokens of the rows of a grid in place of their variable. */
  Product placed(GlobalMemory memory) {
    return placed(table, product, memory);
  }

  /** How many iterations of the depth a tile of rows needs. */
  Value iterations(TileBuilder builder, Value firstRow, Value all) {
    return builder.apply(
        Scalar.SELECT, builder.apply(Scalar.LT, firstRow, count), all, builder.number(0));
  }

  /** Sums of members, and zeros for others, of whatever was multiplied in their place. */
  Value ofMembers(TileBuilder builder, Grid2 grid, Value sums) {
    IndexExpr row = IndexExpr.variable(Product.ROW, product.m().is(1) ? Dim.of(2) : product.m());
    Value isMember = grid.apply(builder, Scalar.LT, grid.emit(builder, row), count);
    Value zero = builder.fill(0, TileType.scalar(TileBuilder.type(sums).format()));
    return grid.apply(builder, Scalar.SELECT, isMember, sums, zero);
  }
}
