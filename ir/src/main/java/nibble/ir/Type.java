package nibble.ir;

import com.google.common.collect.ImmutableSet;
import java.util.function.Function;
import nibble.ir.shape.Dim;

/**
 * The type of a value. {@link TensorType} is that of Tensor IR; Tile IR adds its own. {@code toString} is the text
 * form, which the parser that the {@link Registry} knows for the leading word reads back.
 */
public interface Type {
  /**
   * The type with every symbol replaced.
   *
   * @throws IllegalArgumentException where there is no such type, as with a negative extent
   */
  Type substitute(Function<String, Dim> replacement);

  /** The symbols that occur in it. */
  default ImmutableSet<String> symbols() {
    ImmutableSet.Builder<String> symbols = ImmutableSet.builder();
    substitute(name -> {
      symbols.add(name);
      return Dim.symbol(name);
    });
    return symbols.build();
  }
}
