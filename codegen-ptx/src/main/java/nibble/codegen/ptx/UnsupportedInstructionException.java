package nibble.codegen.ptx;

import java.util.Optional;
import nibble.codegen.target.Target;

/** A kernel has an instruction that its target lacks. */
public final class UnsupportedInstructionException extends IllegalArgumentException {
  private final transient InstructionForm form;

  UnsupportedInstructionException(Kernel kernel, InstructionForm form, Target target) {
    super("kernel " + kernel.name() + source(kernel, form) + ": " + form.mnemonic() + " needs "
        + form.requirement().describe() + " (PTX ISA " + form.section() + "), the target is " + target);
    this.form = form;
  }

  /** The row of the table. */
  public InstructionForm form() {
    return form;
  }

  private static String source(Kernel kernel, InstructionForm form) {
    Optional<SourceLine> line =
        kernel.instructions().filter(i -> i.form().equals(form)).findFirst().flatMap(Instruction::source);
    return line.map(l -> " (" + l.file() + ":" + l.line() + ")").orElse("");
  }
}
