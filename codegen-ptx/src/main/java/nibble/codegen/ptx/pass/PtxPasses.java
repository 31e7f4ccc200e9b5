package nibble.codegen.ptx.pass;

import com.google.common.collect.ImmutableList;
import nibble.codegen.ptx.Kernel;

/** The passes that every kernel goes through before it is printed. */
public final class PtxPasses {
  /** In order: constants and copies first, as they make more expressions alike. */
  public static final ImmutableList<PtxPass> STANDARD = ImmutableList.of(
      new PropagateCopies(),
      new FoldConstants(),
      new PropagateCopies(),
      new EliminateCommonSubexpressions(),
      new FuseMultiplyAdd(),
      new RemoveDeadCode(),
      new CoalesceCopies(),
      new RenumberRegisters());

  private PtxPasses() {}

  /** The kernel after all standard passes. */
  public static Kernel optimize(Kernel kernel) {
    for (PtxPass pass : STANDARD) {
      kernel = pass.apply(kernel);
    }
    return kernel;
  }
}
