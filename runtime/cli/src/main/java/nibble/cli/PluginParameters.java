package nibble.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nibble.engine.compile.Toolchain;
import picocli.CommandLine.Option;

/** The plugins that a verb without a model looks at. */
final class PluginParameters {
  @Option(names = "--plugin", paramLabel = "JAR", description = "Loads a plugin; may be repeated.")
  private List<Path> plugins = new ArrayList<>();

  Toolchain toolchain() {
    return Toolchain.withPlugins(plugins);
  }
}
