package nibble.codegen.kernel;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.shape.SymbolBounds;

/**
 * Makes programs for kernels of some kind. Plugins contribute generators; they are asked before the built-in ones.
 */
public interface KernelGenerator {
  /** One word for messages. */
  String name();

  /**
   * A program for a kernel.
   *
   * @param kernel a {@code kernel} operation
   * @param symbols what is known of symbolic sizes
   * @return nothing where the kernel is not of this generator's kind
   * @throws UnsupportedAccess where it is, but can't be lowered
   */
  Optional<KernelProgram> generate(Operation kernel, ImmutableMap<String, SymbolBounds> symbols);
}
