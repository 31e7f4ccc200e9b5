package nibble.codegen.partition;

import com.google.common.collect.ImmutableMap;
import nibble.ir.Function;
import nibble.ir.diagnostic.InputException;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.shape.SymbolBounds;

/**
 * A function cut into what is computed when weights are loaded and what kernels compute.
 *
 * @param load takes nothing and returns the constants, in the order in which {@code main} takes them behind its inputs
 * @param main consists of {@code kernel} operations, and of reshapes of their results
 */
public record Partition(Function load, Function main) {
  /**
   * Cuts a function.
   *
   * @throws InputException where an operation has no place in a kernel
   */
  public static Partition of(Function function, ImmutableMap<String, SymbolBounds> symbols) {
    LoadTimeSplit split = LoadTimeSplit.of(new RewriteDriver(new TransposeQuantizedWeight()).apply(function, symbols));
    RewriteDriver prepare =
        new RewriteDriver(new DecomposeComposite(), new SplitDynamicQuantize(), new SplitWholeAmax());
    Function prepared = prepare.apply(split.main(), symbols);
    return new Partition(split.load(), FormKernels.apply(prepared));
  }
}
