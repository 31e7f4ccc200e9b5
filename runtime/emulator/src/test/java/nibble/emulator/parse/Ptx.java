package nibble.emulator.parse;

import nibble.emulator.model.Function;
import nibble.emulator.model.Operand;
import nibble.emulator.model.PtxModule;
import nibble.emulator.model.Statement;

/** Reads pieces of PTX. */
final class Ptx {
  private static final String HEAD = ".version 9.0\n.target sm_90a\n.address_size 64\n";

  private Ptx() {}

  static PtxModule module(String directives) {
    return PtxReader.read("test.ptx", HEAD + directives);
  }

  static Statement.Scope body(String statements) {
    Function function = module(".entry k()\n{\n" + statements + "\n}\n").functions().get(0);
    return function.body().orElseThrow();
  }

  static Statement.Instruction instruction(String text) {
    return (Statement.Instruction) body(text).statements().get(0);
  }

  /** What an operand's text stands for. */
  static Operand operand(String text) {
    return instruction("op " + text + ";").operands().get(0);
  }
}
