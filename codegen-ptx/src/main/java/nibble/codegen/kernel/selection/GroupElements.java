package nibble.codegen.kernel.selection;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.IntStream;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Reduce;
import nibble.codegen.tile.op.TileReshape;
import nibble.ir.Value;

/**
 * Elements of groups along the columns of a tile, as tiles of rows by groups of their own. All of a group lie in one
 * thread, so nothing moves.
 *
 * @param rows of the tile, and groups of each
 */
record GroupElements(TileBuilder builder, int rows) {
  /** The elements of each group, of which there are so many. */
  List<Value> split(Value tile, int size) {
    Value parts = builder.add(new TileReshape(ImmutableList.of(rows, rows, size)), tile);
    Value index = builder.iota(2, TileBuilder.type(parts));
    return IntStream.range(0, size).mapToObj(i -> {
      Value only = builder.apply(Scalar.SELECT, is(index, i), parts, builder.real(0));
      return builder.add(
          new TileReshape(ImmutableList.of(rows, rows)), builder.add(new Reduce(2, Scalar.ADD), only));
    }).toList();
  }

  /** A tile of that layout with these elements in each group. */
  Value join(List<Value> elements, LinearLayout layout) {
    int size = elements.size();
    TileType type = new TileType(
        TileBuilder.type(elements.getFirst()).format(), layout.reshape(rows, rows, size));
    Value index = builder.iota(2, type);
    Value joined = null;
    for (int i = size - 1; i >= 0; i--) {
      Value one = builder.add(new TileReshape(ImmutableList.of(rows, rows, 1)), elements.get(i));
      Value spread = builder.expand(one, type);
      joined = joined == null ? spread : builder.apply(Scalar.SELECT, is(index, i), spread, joined);
    }
    return builder.add(new TileReshape(ImmutableList.of(rows, rows * size)), joined);
  }

  private Value is(Value index, int number) {
    return builder.apply(Scalar.EQ, index, builder.number(number));
  }
}
