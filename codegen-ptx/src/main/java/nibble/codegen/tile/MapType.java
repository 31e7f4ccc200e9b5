package nibble.codegen.tile;

import java.util.function.Function;
import nibble.ir.Type;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;

/**
 * A tensor map: what tensor copies know of a buffer.
 *
 * @param format format of an element
 * @param rank number of coordinates of an element
 */
public record MapType(NumberFormat format, int rank) implements Type {
  @Override
  public MapType substitute(Function<String, Dim> replacement) {
    return this;
  }

  @Override
  public String toString() {
    return "map<" + format.name() + ", " + rank + ">";
  }
}
