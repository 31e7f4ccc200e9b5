package nibble.emulator;

import java.util.List;
import java.util.stream.Collectors;

/** PTX that cannot be loaded: everything that is wrong with it, in the order of the text. */
public final class PtxException extends MachineException {
  private static final long serialVersionUID = 1;

  private final transient List<Problem> problems;

  /** An exception for at least one problem. */
  public PtxException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  public List<Problem> problems() {
    return problems;
  }
}
