package nibble.passes.graph;

import nibble.ir.Module;
import nibble.ir.rewrite.RewriteDriver;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Writes out loops of a constant number of iterations, by {@link ExpandLoop}.
 *
 * @param limit most iterations of a loop
 */
@PassInfo(
    name = "unroll",
    summary = "writes out loops of a constant number of iterations",
    effect = NumericEffect.Kind.EXACT)
public record UnrollLoops(
    @PassOption(value = "most iterations of a loop that it writes out", otherwise = "64") long limit) implements Pass {
  @Override
  public Module run(Module module, PassContext context) {
    return new RewriteDriver(new ExpandLoop(limit)).apply(module);
  }
}
