package nibble.emulator.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A kernel ({@code .entry}) or a device function ({@code .func}).
 *
 * @param tuning performance directives such as {@code maxntid}, with their numbers
 * @param body absent for a declaration
 */
public record Function(
    boolean isEntry,
    String name,
    List<Variable> results,
    List<Variable> parameters,
    Map<String, List<Integer>> tuning,
    Optional<Statement.Scope> body,
    Variable.Linkage linkage,
    Position position) {
  public Function {
    results = List.copyOf(results);
    parameters = List.copyOf(parameters);
    tuning = Map.copyOf(tuning);
  }
}
