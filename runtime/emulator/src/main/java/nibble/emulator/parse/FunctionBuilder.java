package nibble.emulator.parse;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.emulator.model.Function;
import nibble.emulator.model.StateSpace;
import nibble.emulator.model.Variable;
import nibble.emulator.report.Diagnostics;
import nibble.emulator.report.Rejection;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Builds kernels and device functions. */
final class FunctionBuilder {
  private final StatementBuilder statements;

  FunctionBuilder(Diagnostics diagnostics) {
    statements = new StatementBuilder(diagnostics);
  }

  /** What a function takes and gives. */
  record Signature(List<Variable> results, List<Variable> parameters) {}

  /** Results stand before the name, parameters behind it; either may be missing. */
  static Signature signature(List<PtxParser.ParametersContext> lists, TerminalNode name) {
    List<Variable> results = List.of();
    List<Variable> parameters = List.of();
    for (PtxParser.ParametersContext list : lists) {
      if (list.getStart().getTokenIndex() < name.getSymbol().getTokenIndex()) {
        results = VariableBuilder.parameters(list);
      } else {
        parameters = VariableBuilder.parameters(list);
      }
    }
    return new Signature(results, parameters);
  }

  private static void requireLaunchable(Signature signature) {
    if (!signature.results().isEmpty()) {
      throw new Rejection("a kernel has no results");
    }
    for (Variable parameter : signature.parameters()) {
      if (parameter.space() != StateSpace.PARAM) {
        throw new Rejection("the parameter '" + parameter.name() + "' of a kernel must be in .param space");
      }
    }
  }

  Function build(PtxParser.FunctionContext tree, Variable.Linkage linkage) {
    Signature signature = signature(tree.parameters(), tree.NAME());
    if (tree.ENTRY() != null) {
      requireLaunchable(signature);
    }
    Map<String, List<Integer>> tuning = new HashMap<>();
    for (PtxParser.TuningContext entry : tree.tuning()) {
      if (entry.WORD() != null) {
        List<Integer> numbers =
            entry.INTEGER().stream().map(it -> Math.toIntExact(Numbers.integer(it.getText()).value())).toList();
        tuning.put(entry.WORD().getText().substring(1), numbers);
      }
    }
    return new Function(
        tree.ENTRY() != null,
        tree.NAME().getText(),
        signature.results(),
        signature.parameters(),
        tuning,
        Optional.ofNullable(tree.body()).map(statements::scope),
        linkage,
        VariableBuilder.position(tree));
  }
}
