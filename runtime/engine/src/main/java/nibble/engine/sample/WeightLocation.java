package nibble.engine.sample;

import com.google.common.collect.ImmutableList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import nibble.ir.diagnostic.InputException;

/**
 * Where the weights of a model may be.
 *
 * @param candidates files in order of preference
 * @param build the command that makes them, where there is one
 */
public record WeightLocation(ImmutableList<Path> candidates, Optional<String> build) {
  /**
   * The first candidate that exists.
   *
   * @throws InputException where none does, with the command that makes them
   */
  public Path locate() {
    return candidates.stream().filter(Files::exists).findFirst().orElseThrow(this::missing);
  }

  private InputException missing() {
    String looked = candidates.stream().map(Path::toString).collect(Collectors.joining(", "));
    return new InputException(
        candidates.size() == 1
            ? "the weight file " + looked + " is missing" : "none of the weight files " + looked + " is there",
        build.map(command -> "make it with: " + command).orElse("give another with --weights"));
  }
}
