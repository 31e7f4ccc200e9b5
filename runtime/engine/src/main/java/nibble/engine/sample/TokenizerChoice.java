package nibble.engine.sample;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import nibble.engine.text.TextTokenizer;
import nibble.ir.diagnostic.InputException;

/**
 * How texts become inputs of a model.
 *
 * @param file a {@code tokenizer.json}
 * @param build the command that makes the file, where there is one
 * @param maxLength tokens after which a text is cut
 * @param multiple what the length of a batch is padded to a multiple of
 * @param ids the parameter that takes token numbers
 * @param mask the parameter that takes 1 for a token and 0 for padding, where there is one
 */
public record TokenizerChoice(
    Path file, Optional<String> build, int maxLength, int multiple, String ids, Optional<String> mask) {
  /**
   * Opens the tokenizer.
   *
   * @throws InputException where the file is missing (with the command that makes it) or no tokenizer
   */
  public TextTokenizer open() {
    if (!Files.exists(file)) {
      throw new InputException(
          "the tokenizer file " + file + " is missing",
          build.map(command -> "make it with: " + command).orElse("correct its path in the manifest"));
    }
    return TextTokenizer.open(file, maxLength, multiple);
  }
}
