package nibble.engine.sample;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
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
  /** Stands for the number of a step in the name of a file. */
  public static final String STEP = "{step}";
  public static final InputChoice NONE = new InputChoice(Optional.empty(), ImmutableMap.of());

  /** Inputs of which no classes are known. */
  public InputChoice(Optional<Path> text, ImmutableMap<String, Path> arrays) {
    this(text, arrays, Optional.empty());
  }

  /** The files of a step of a run, counted from 1: its number stands in for {@value #STEP} in their names. */
  public InputChoice ofStep(int step) {
    return new InputChoice(
        text.map(file -> ofStep(file, step)),
        ImmutableMap.copyOf(Maps.transformValues(arrays, file -> ofStep(file, step))),
        labels.map(file -> ofStep(file, step)));
  }

  /** A file of a step. */
  public static Path ofStep(Path file, int step) {
    return Path.of(file.toString().replace(STEP, String.valueOf(step)));
  }

  public boolean isEmpty() {
    return text.isEmpty() && arrays.isEmpty();
  }
}
