package nibble.emulator.model;

import java.util.List;
import java.util.Map;

/**
 * A PTX file, read and not yet understood: names are not resolved and instructions not looked up.
 *
 * @param file the name that errors give
 * @param files source files by the number that {@code .loc} uses
 */
public record PtxModule(
    String file,
    Version version,
    Target target,
    List<Variable> variables,
    List<Function> functions,
    Map<String, String> aliases,
    Map<Integer, String> files) {
  public PtxModule {
    variables = List.copyOf(variables);
    functions = List.copyOf(functions);
    aliases = Map.copyOf(aliases);
    files = Map.copyOf(files);
  }
}
