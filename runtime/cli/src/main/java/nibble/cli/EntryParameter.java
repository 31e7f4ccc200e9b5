package nibble.cli;

import java.util.Optional;
import picocli.CommandLine.Option;

/** Which function of a model is meant, of verbs that compile or run one. */
final class EntryParameter {
  @Option(names = "--fn", paramLabel = "F", description = "The function to take; main, or the only one, unless given.")
  private Optional<String> name;

  Optional<String> name() {
    return name;
  }
}
