package nibble.engine.sample;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What the user says of a model beside its name; each goes before what a manifest says.
 *
 * @param entry the function to run
 * @param weights a weight file
 * @param inputs a file for each parameter; a {@code .txt} file, under whatever name, holds texts for the tokenizer
 */
public record ModelOptions(Optional<String> entry, Optional<Path> weights, Map<String, Path> inputs) {
  public static final ModelOptions NONE = new ModelOptions(Optional.empty(), Optional.empty(), Map.of());
}
