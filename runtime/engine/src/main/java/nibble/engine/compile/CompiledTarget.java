package nibble.engine.compile;

import nibble.codegen.Program;
import nibble.codegen.assemble.AssemblerChoice;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.ptx.PtxModule;
import nibble.codegen.target.Target;

/**
 * A model compiled for a target.
 *
 * @param program its kernels and how they are launched
 * @param ptx the kernels as text
 * @param verdict what an assembler of this machine says of them
 */
public record CompiledTarget(Program program, String ptx, Verdict verdict) {
  /** Compiles and assembles a model. */
  public static CompiledTarget of(LowerModel lowering, PreparedModel model, Target target, AssemblerChoice assemblers) {
    Program program = lowering.lower(model, target);
    PtxModule module = program.module();
    String text = module.text();
    return new CompiledTarget(program, text, assemblers.assemble(text, target, module.version()));
  }

  public Target target() {
    return program.target();
  }
}
