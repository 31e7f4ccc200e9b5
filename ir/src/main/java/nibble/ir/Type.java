package nibble.ir;

import java.util.function.Function;
import nibble.ir.shape.Dim;

/**
 * The type of a value. {@link TensorType} is that of Tensor IR; Tile IR adds its own. {@code toString} is the text form,
 * which the parser that the {@link Registry} knows for the leading word reads back.
 */
public interface Type {
  /** The type with every symbol replaced. */
  Type substitute(Function<String, Dim> replacement);
}
