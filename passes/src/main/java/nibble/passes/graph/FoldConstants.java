package nibble.passes.graph;

import nibble.ir.Module;
import nibble.ir.rewrite.RewriteDriver;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Computes what does not depend on inputs or weights, by {@link EvaluateConstant}.
 *
 * @param limit most elements of a constant
 */
@PassInfo(
    name = "fold-constants",
    summary = "computes operations on constants; weights stay symbolic",
    effect = NumericEffect.Kind.EXACT)
public record FoldConstants(
    @PassOption(value = "most elements of a constant that it makes, unless all are equal", otherwise = "1024")
    long limit) implements Pass {
  public FoldConstants {
    if (limit < 1) {
      throw new IllegalArgumentException("the limit must be positive, not " + limit);
    }
  }

  @Override
  public Module run(Module module, PassContext context) {
    return new RewriteDriver(new EvaluateConstant(limit)).apply(module);
  }
}
