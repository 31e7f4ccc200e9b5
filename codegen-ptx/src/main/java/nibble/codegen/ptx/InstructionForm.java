package nibble.codegen.ptx;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Stream;
import nibble.codegen.target.Requirement;

/**
 * One form of an instruction: a row of the table, its alternatives chosen.
 *
 * @param mnemonic the opcode with all modifiers
 * @param outputs what it sets
 * @param inputs what it takes
 * @param effect what else it does
 * @param requirement the targets and PTX versions that have it
 * @param section the section of PTX ISA 9.0 that tells it
 */
public record InstructionForm(
    String mnemonic,
    ImmutableList<OperandPattern> outputs,
    ImmutableList<OperandPattern> inputs,
    Effect effect,
    Requirement requirement,
    String section) {

  /** Whether these operands, outputs first, are what this form takes. */
  boolean accepts(List<Operand> operands) {
    return operands.size() == outputs.size() + inputs.size()
        && accepts(outputs, operands.subList(0, outputs.size()))
        && acceptsInputs(operands.subList(outputs.size(), operands.size()));
  }

  boolean acceptsInputs(List<Operand> operands) {
    return operands.size() == inputs.size() && accepts(inputs, operands);
  }

  private static boolean accepts(List<OperandPattern> patterns, List<Operand> operands) {
    for (int i = 0; i < patterns.size(); i++) {
      if (!patterns.get(i).accepts(operands.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** The operands in words: {@code b32 <- b32 b32#}. */
  public String signature() {
    Stream<String> set = outputs.stream().map(OperandPattern::text);
    Stream<String> taken = inputs.stream().map(OperandPattern::text);
    return Stream.of(set, Stream.of("<-"), taken).flatMap(words -> words).collect(joining(" "));
  }

  /** Of the mnemonic alone, which tells nearly all forms apart: kernels are full of them. */
  @Override
  public int hashCode() {
    return mnemonic.hashCode();
  }

  @Override
  public String toString() {
    return mnemonic + " " + signature();
  }
}
