package nibble.codegen.tile;

import com.google.common.collect.ImmutableList;
import java.util.function.Function;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LinearLayout;
import nibble.ir.Type;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;

/**
 * A tile in registers.
 *
 * @param format format of an element
 * @param layout {@code (register, lane, warp) -> (dim0, dim1, ...)}; its outputs are the tile's extents, powers of two.
 *     With no outputs the tile is a scalar that every thread holds
 */
public record TileType(NumberFormat format, LinearLayout layout) implements Type {
  /** A value that all threads of the block share. */
  public static TileType scalar(NumberFormat format) {
    return new TileType(format, LinearLayout.empty());
  }

  public ImmutableList<Integer> extents() {
    return layout.outputs().stream().map(Dimension::size).collect(ImmutableList.toImmutableList());
  }

  public int rank() {
    return layout.outputs().size();
  }

  public boolean isScalar() {
    return rank() == 0;
  }

  /** Number of elements of the tile. */
  public int size() {
    return extents().stream().reduce(1, (a, b) -> a * b);
  }

  /** Number of elements that each thread holds. */
  public int registers() {
    return layout.inputSize(Dimension.REGISTER);
  }

  public TileType withFormat(NumberFormat other) {
    return new TileType(other, layout);
  }

  public TileType withLayout(LinearLayout other) {
    return new TileType(format, other);
  }

  @Override
  public TileType substitute(Function<String, Dim> replacement) {
    return this;
  }

  @Override
  public String toString() {
    return isScalar() ? "tile<" + format.name() + ">" : "tile<" + format.name() + ", \"" + layout + "\">";
  }
}
