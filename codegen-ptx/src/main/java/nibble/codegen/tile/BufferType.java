package nibble.codegen.tile;

import java.util.function.Function;
import nibble.ir.Type;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;

/**
 * A buffer in global memory: the address of its first element.
 *
 * @param format format of an element
 */
public record BufferType(NumberFormat format) implements Type {
  @Override
  public BufferType substitute(Function<String, Dim> replacement) {
    return this;
  }

  @Override
  public String toString() {
    return "buffer<" + format.name() + ">";
  }
}
