package nibble.codegen.tile;

import java.util.function.Function;
import nibble.codegen.layout.SharedLayout;
import nibble.ir.Type;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;

/**
 * Tiles in shared memory, one behind the other.
 *
 * @param format format of an element
 * @param stages how many tiles
 * @param layout where each element of a tile lies
 */
public record SharedType(NumberFormat format, int stages, SharedLayout layout) implements Type {
  public SharedType {
    if (layout.elementBits() != format.storageBits()) {
      throw new IllegalArgumentException(format.name() + " does not have " + layout.elementBits() + " bits");
    }
  }

  /** Bytes of all stages. */
  public int bytes() {
    return stages * layout.bytes();
  }

  @Override
  public SharedType substitute(Function<String, Dim> replacement) {
    return this;
  }

  @Override
  public String toString() {
    return "shared<" + format.name() + ", " + stages + ", \"" + layout.layout() + "\">";
  }
}
