package sample.logformat;

import com.google.common.collect.ImmutableList;
import nibble.ir.Module;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.RewriteDriver;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Makes weights of matrix products powers of two, by {@link QuantizeLogWeight}.
 *
 * @param at paths of the products; none for all
 */
@PassInfo(
    name = "log-weights",
    summary = "quantizes weights of matrix products to signed powers of two, per output channel",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record LogWeights(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at) implements Pass {
  @Override
  public Module run(Module module, PassContext context) {
    return new RewriteDriver(new QuantizeLogWeight(at, context)).apply(module);
  }
}
