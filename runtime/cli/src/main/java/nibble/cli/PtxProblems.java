package nibble.cli;

import com.google.common.collect.ImmutableList;
import nibble.emulator.Problem;
import nibble.emulator.PtxException;
import nibble.ir.Location;
import nibble.ir.diagnostic.Diagnostic;

/** What the PTX machine has to say of PTX, in the words of the compiler. */
final class PtxProblems {
  private PtxProblems() {}

  static ImmutableList<Diagnostic> diagnostics(PtxException refused) {
    return refused.problems().stream().map(PtxProblems::diagnostic).collect(ImmutableList.toImmutableList());
  }

  private static Diagnostic diagnostic(Problem problem) {
    Diagnostic plain = problem.line() > 0
        ? Diagnostic.error(problem.message(), Location.of(problem.file(), problem.line(), problem.column()))
        : Diagnostic.error(problem.file() + ": " + problem.message(), Location.UNKNOWN);
    return problem.hint().map(plain::hint).orElse(plain);
  }
}
