package nibble.codegen.ptx;

/** A line of a kernel's body. */
public sealed interface Statement permits Instruction, Statement.Mark, Statement.Pragma, Statement.Remark {
  /** The place of a label. */
  record Mark(Label label) implements Statement {}

  /** A word to the assembler about the code that follows (PTX ISA 12). */
  record Pragma(String text) implements Statement {}

  /** A comment on a line of its own. */
  record Remark(String text) implements Statement {}
}
