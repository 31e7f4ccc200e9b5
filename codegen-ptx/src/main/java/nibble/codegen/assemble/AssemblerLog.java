package nibble.codegen.assemble;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what {@code ptxas} and the PTX compiler library say; both say the same. */
final class AssemblerLog {
  private static final Pattern COMPILING = Pattern.compile("Compiling entry function '([^']+)'");
  private static final Pattern SPILLS =
      Pattern.compile("(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads");
  private static final Pattern USED = Pattern.compile("Used (\\d+) registers");
  private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");
  private static final Pattern ERROR = Pattern.compile("(?:line (\\d+); )?(?:error|fatal)\\s*: (.*)");
  private static final Pattern QUOTED = Pattern.compile("'([^']+)'");
  private static final Pattern NOT_COMPETENT =
      Pattern.compile("is not defined for option 'gpu-name'|Unsupported \\.version|[Uu]nsupported .*version of PTX");

  private AssemblerLog() {}

  /** The resources of each kernel. */
  static ImmutableList<KernelResources> resources(String log) {
    ImmutableList.Builder<KernelResources> kernels = ImmutableList.builder();
    String kernel = "";
    int[] spills = new int[3];
    for (String line : log.lines().toList()) {
      Matcher compiling = COMPILING.matcher(line);
      if (compiling.find()) {
        kernel = compiling.group(1);
        spills = new int[3];
      }
      Matcher spill = SPILLS.matcher(line);
      if (spill.find()) {
        spills = new int[] {number(spill, 1), number(spill, 2), number(spill, 3)};
      }
      Matcher used = USED.matcher(line);
      if (used.find()) {
        Matcher shared = SHARED.matcher(line);
        int sharedBytes = shared.find() ? number(shared, 1) : 0;
        kernels.add(new KernelResources(kernel, number(used, 1), spills[0], spills[1], spills[2], sharedBytes));
      }
    }
    return kernels.build();
  }

  /**
   * Whether the assembler is too old for the target or the PTX version, so that its refusal says nothing of the PTX.
   */
  static boolean isNotCompetent(String log) {
    return NOT_COMPETENT.matcher(log).find();
  }

  /** The errors; the sentence that all was aborted is left out where there is another. */
  static ImmutableList<AssemblyError> errors(String log, String ptx) {
    List<String> lines = ptx.lines().toList();
    List<AssemblyError> errors = log.lines().map(ERROR::matcher).filter(Matcher::find)
        .map(match -> error(match, lines)).toList();
    List<AssemblyError> specific =
        errors.stream().filter(error -> !error.message().contains("aborted due to errors")).toList();
    if (!specific.isEmpty()) {
      return ImmutableList.copyOf(specific);
    }
    return errors.isEmpty()
        ? ImmutableList.of(new AssemblyError(0, log.isBlank() ? "no reason was given" : log.trim(), ""))
        : ImmutableList.copyOf(errors);
  }

  private static AssemblyError error(Matcher match, List<String> lines) {
    String message = match.group(2).trim();
    int line = match.group(1) == null ? 0 : number(match, 1);
    if (line < 1 || line > lines.size()) {
      return new AssemblyError(0, message, "");
    }
    String text = lines.get(line - 1).replace('\t', ' ');
    Matcher quoted = QUOTED.matcher(message);
    int start = quoted.find() ? text.indexOf(quoted.group(1)) : -1;
    int length = start < 0 ? 1 : quoted.group(1).length();
    int indent = start < 0 ? text.length() - text.stripLeading().length() : start;
    String number = String.format("%6d | ", line);
    String caret = " ".repeat(number.length() - 2) + "| " + " ".repeat(indent) + "^".repeat(length);
    return new AssemblyError(line, message, number + text + "\n" + caret);
  }

  private static int number(Matcher match, int group) {
    return Integer.parseInt(match.group(group));
  }
}
