package nibble.engine.sample;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a model is run on.
 *
 * @param text a file with a text on each line, which the tokenizer makes inputs of
 * @param arrays a file with an array for each parameter
 * @param labels a file with the class of each row, one on a line, where they are known
 */
public record InputChoice(Optional<Path> text, ImmutableMap<String, Path> arrays, Optional<Path> labels) {
  public static final InputChoice NONE = new InputChoice(Optional.empty(), ImmutableMap.of());

  /** Inputs of which no classes are known. */
  public InputChoice(Optional<Path> text, ImmutableMap<String, Path> arrays) {
    this(text, arrays, Optional.empty());
  }

  public boolean isEmpty() {
    return text.isEmpty() && arrays.isEmpty();
  }
}
