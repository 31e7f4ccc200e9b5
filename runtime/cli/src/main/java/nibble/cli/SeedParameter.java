package nibble.cli;

import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** A seed that may be left out stands behind an equals sign; otherwise the option would take the model for it. */
final class SeedParameter implements IParameterPreprocessor {
  private static final String UNLESS_GIVEN = "1";

  @Override
  public boolean preprocess(Stack<String> args, CommandSpec command, ArgSpec option, Map<String, Object> info) {
    if (!"=".equals(info.get("separator"))) {
      args.push(UNLESS_GIVEN);
    }
    return false;
  }
}
