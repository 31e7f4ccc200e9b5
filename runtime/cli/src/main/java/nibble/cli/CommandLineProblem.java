package nibble.cli;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.MutuallyExclusiveArgsException;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What is wrong with a command line that can't be parsed.
 *
 * @param message the cause
 * @param hint a way out
 */
record CommandLineProblem(String message, String hint) {
  static CommandLineProblem of(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String usage = "see " + command.getCommandSpec().qualifiedName() + " --help";
    return switch (e) {
      case MissingParameterException missing -> new CommandLineProblem(
          missing.getMissing().stream().map(CommandLineProblem::written).collect(Collectors.joining(" and "))
              + (missing.getMissing().size() == 1 ? " is missing" : " are missing"), usage);
      case UnmatchedArgumentException unmatched -> new CommandLineProblem(
          unmatched(unmatched, command), guess(unmatched).orElse(usage));
      case OverwrittenOptionException twice ->
          new CommandLineProblem(written(twice.getOverwritten()) + " is given twice", "give it once");
      case MutuallyExclusiveArgsException both -> new CommandLineProblem(
          both.getMessage().replaceFirst("^Error: ", "").replace(" are mutually exclusive (specify only one)",
              " exclude each other"), "give one of them");
      default -> e.getArgSpec() == null
          ? new CommandLineProblem(
              e.getMessage().replaceFirst("^Unknown subcommand (.*)\\.$", "there is no verb $1"), usage)
          : new CommandLineProblem(badValue(e.getArgSpec(), e.getValue()), usage);
    };
  }

  private static String badValue(ArgSpec argument, String value) {
    if (!(argument instanceof OptionSpec)) {
      return argument.paramLabel() + " can't be '" + value + "'";
    }
    return name(argument) + " takes " + argument.paramLabel() + (value == null ? "" : ", not '" + value + "'");
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  private static String written(ArgSpec argument) {
    return argument instanceof OptionSpec option && option.arity().max() > 0
        ? option.longestName() + " " + option.paramLabel() : name(argument);
  }

  private static String unmatched(UnmatchedArgumentException e, CommandLine command) {
    String first = e.getUnmatched().getFirst();
    if (first.startsWith("-") && first.length() > 1) {
      return "there is no option '" + first + "'";
    }
    return command.getSubcommands().isEmpty()
        ? "'" + first + "' is one argument too many" : "there is no verb '" + first + "'";
  }

  private static Optional<String> guess(UnmatchedArgumentException e) {
    List<String> near = e.getSuggestions().stream()
        .map(text -> text.replaceFirst("^.* (?=[^ ]+$)", "").replaceFirst("[=\\[].*$", "")).distinct().toList();
    return near.isEmpty() ? Optional.empty() : Optional.of("did you mean '" + String.join("' or '", near) + "'?");
  }
}
