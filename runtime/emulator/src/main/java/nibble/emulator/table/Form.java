package nibble.emulator.table;

import java.util.List;

/**
 * One row of the instruction table: one form of an instruction, or a few that differ only in modifiers.
 *
 * @param id the row's place in the table
 * @param group the file that the row stands in
 * @param operands the operands' kinds, such as {@code d32 s32 s32}
 * @param action what executes it
 * @param waits whether a path may have to wait there
 * @param bound where it is approximate, how far it may be off; where it is modelled, by which rule
 */
public record Form(
    int id,
    String group,
    Pattern pattern,
    List<String> operands,
    Action action,
    Requirement requirement,
    boolean waits,
    Fidelity fidelity,
    String bound) {
  public Form {
    operands = List.copyOf(operands);
  }

  /**
   * What a form does.
   *
   * @param name a helper ({@code IntegerArithmetic.add}) or, after {@code =}, a lowering ({@code =load})
   * @param arguments slots whose choices the helper takes behind its operands
   */
  public record Action(String name, List<String> arguments) {
    public Action {
      arguments = List.copyOf(arguments);
    }

    public boolean isLowering() {
      return name.startsWith("=");
    }
  }

  /** By its place in the table: one of all of its slots would take longer than all else that is done with it. */
  @Override
  public int hashCode() {
    return id;
  }

  /** Whether it multiplies matrices. */
  public boolean isTensorOperation() {
    // Asked for each form of each launch; the text of one takes long to put together.
    return switch (pattern.mnemonic()) {
      case "mma" -> true;
      case "wmma", "wgmma" -> text().startsWith(pattern.mnemonic() + ".mma");
      default -> false;
    };
  }

  /** The form as the table writes it, without slot names. */
  public String text() {
    return pattern.toString();
  }

  @Override
  public String toString() {
    return text() + " " + String.join(", ", operands);
  }
}
