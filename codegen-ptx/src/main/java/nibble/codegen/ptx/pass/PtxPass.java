package nibble.codegen.ptx.pass;

import nibble.codegen.ptx.Kernel;

/** Rewrites a kernel into one that does the same, in time linear in its length. */
@FunctionalInterface
public interface PtxPass {
  Kernel apply(Kernel kernel);
}
