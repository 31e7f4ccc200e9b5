package nibble.passes.graph;

import nibble.ir.Module;
import nibble.ir.rewrite.DeadCode;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;

/**
 * Removes operations whose results nobody uses.
 *
 * <pre>
 * %1 = exp %x        =&gt;
 * %2 = neg %x            %2 = neg %x
 * return %2              return %2
 * </pre>
 */
@PassInfo(
    name = "dce",
    summary = "removes operations whose results nobody uses",
    effect = NumericEffect.Kind.EXACT)
public record EliminateDeadCode() implements Pass {
  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(DeadCode::remove);
  }
}
