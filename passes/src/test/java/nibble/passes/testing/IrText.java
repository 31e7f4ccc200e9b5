package nibble.passes.testing;

import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import nibble.ir.verify.Verifier;

/** Modules from the text of their functions. */
public final class IrText {
  private IrText() {}

  /** A valid module with the sizes B and S. */
  public static Module module(String functions) {
    String text = "module @test {\nsymbol B\nsymbol S\n" + functions + "\n}";
    Module module = Parser.parse(text, "test.ir", Registry.core());
    Verifier.require(module);
    return module;
  }
}
