package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * An instruction of a kernel. What its form does not take is refused.
 *
 * @param form the row of the table
 * @param guard the predicate under which it is carried out
 * @param operands outputs, then inputs
 * @param source where it comes from
 */
public record Instruction(
    InstructionForm form, Optional<Guard> guard, ImmutableList<Operand> operands, Optional<SourceLine> source)
    implements Statement {
  public Instruction {
    checkArgument(form.accepts(operands), "%s is not for %s", form, operands);
  }

  /** An instruction by its mnemonic, without guard and source. */
  public static Instruction of(String mnemonic, Operand... operands) {
    return of(mnemonic, List.of(operands), Optional.empty(), Optional.empty());
  }

  /**
   * An instruction by its mnemonic. Throws {@code IllegalArgumentException} where there is no such mnemonic, or none of
   * its forms takes the operands; the message has the rows of the table.
   */
  public static Instruction of(
      String mnemonic, List<Operand> operands, Optional<Guard> guard, Optional<SourceLine> source) {
    ImmutableList<InstructionForm> forms = InstructionTable.forms(mnemonic);
    InstructionForm form = forms.stream().filter(candidate -> candidate.accepts(operands)).findFirst()
        .orElseThrow(() -> refusal(mnemonic, operands, forms));
    return new Instruction(form, guard, ImmutableList.copyOf(operands), source);
  }

  static IllegalArgumentException refusal(String mnemonic, List<Operand> operands, List<InstructionForm> forms) {
    String given = operands.stream().map(Operand::toString).collect(joining(", ", "(", ")"));
    String rows = forms.stream().map(form -> "\n  " + form + "   (PTX ISA " + form.section() + ")").collect(joining());
    return new IllegalArgumentException(mnemonic + " does not take " + given + "; the table has" + rows);
  }

  public ImmutableList<Operand> outputs() {
    return operands.subList(0, form.outputs().size());
  }

  public ImmutableList<Operand> inputs() {
    return operands.subList(form.outputs().size(), operands.size());
  }

  /** The registers that it sets. */
  public ImmutableList<Register> definitions() {
    return Registers.of(outputs());
  }

  /** Gives the registers that it sets to an action. */
  public void forEachDefinition(Consumer<Register> action) {
    Registers.forEach(outputs(), action);
  }

  /** Gives the registers that it reads, its guard's included, to an action. */
  public void forEachUse(Consumer<Register> action) {
    Registers.forEach(inputs(), action);
    for (int i = 0; i < form.outputs().size(); i++) {
      if (form.outputs().get(i).isUpdated()) {
        Registers.forEach(operands.subList(i, i + 1), action);
      }
    }
    guard.ifPresent(g -> action.accept(g.predicate()));
  }

  /** The same with other registers. */
  public Instruction withRegisters(UnaryOperator<Register> change) {
    Optional<Guard> changed = guard.map(it -> new Guard(change.apply(it.predicate()), it.negated()));
    return new Instruction(
        form, changed,
        operands.stream().map(operand -> Registers.replace(operand, change)).collect(ImmutableList.toImmutableList()),
        source);
  }

  public String mnemonic() {
    return form.mnemonic();
  }

  /** Its PTX, without guard. */
  @Override
  public String toString() {
    return mnemonic()
        + operands.stream().map(Operand::toString).collect(joining(", ", operands.isEmpty() ? "" : " ", ";"));
  }
}
