package nibble.passes.precision;

import com.google.common.collect.ImmutableMap;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Value;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteDriver;

/** The course of passes that find something out about operations of a function, and rewrite these by it. */
final class RewriteWhereFound {
  private RewriteWhereFound() {}

  /**
   * Rewrites each function in which something is found; the others stay as they are.
   *
   * @param find what is found, by the result of the operation
   * @param rewrite what is made of it
   */
  static <T> Module apply(
      Module module,
      java.util.function.Function<Function, ImmutableMap<Value, T>> find,
      java.util.function.Function<ImmutableMap<Value, T>, Rewrite> rewrite) {
    return module.mapFunctions(function -> {
      ImmutableMap<Value, T> found = find.apply(function);
      return found.isEmpty() ? function : new RewriteDriver(rewrite.apply(found)).apply(function, module.symbols());
    });
  }
}
