package nibble.engine.compile;

import nibble.codegen.Program;
import nibble.codegen.target.Target;
import nibble.ir.diagnostic.InputException;
import nibble.passes.Reproducer;

/**
 * Compiles prepared models to kernels.
 *
 * @param toolchain has the backend
 */
public record LowerModel(Toolchain toolchain) {
  /**
   * Compiles the function to run.
   *
   * @throws InputException where an operation can't be lowered, with its place in the source
   * @throws BackendBug where the backend fails otherwise
   */
  public Program lower(PreparedModel prepared, Target target) {
    try {
      return toolchain.backend().compile(prepared.passes().output(), prepared.prepared(), target);
    } catch (InputException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      String why = "the backend failed for " + target.name() + ": " + e;
      throw new BackendBug(
          why, Reproducer.of("", prepared.passes().output()).text(why, toolchain.registry()), e);
    }
  }
}
