package nibble.cli;

import picocli.CommandLine.Option;

/** How results are written. */
final class JsonSwitch {
  @Option(names = "--json", description = "Writes one JSON object to standard output.")
  private boolean json;

  boolean isOn() {
    return json;
  }
}
