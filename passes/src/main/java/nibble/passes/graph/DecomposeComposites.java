package nibble.passes.graph;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Map;
import nibble.ir.Module;
import nibble.ir.Op;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.op.CompositeOp;
import nibble.ir.rewrite.RewriteDriver;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Replaces composite ops by the simpler ones that they mean, by {@link DecomposeComposite}.
 *
 * @param ops names of ops; none for all
 */
@PassInfo(
    name = "decompose",
    summary = "replaces composite ops by the simpler ones that they mean",
    effect = NumericEffect.Kind.EXACT)
public record DecomposeComposites(
    @PassOption("composite ops to replace; all, where none is given") ImmutableList<String> ops) implements Pass {
  @Override
  public Module run(Module module, PassContext context) {
    ops.forEach(op -> check(op, context.registry()));
    return new RewriteDriver(new DecomposeComposite(ops)).apply(module);
  }

  private static void check(String name, Registry registry) {
    ImmutableMap<String, Class<? extends Op>> known = registry.ops();
    ImmutableList<String> composite = known.entrySet().stream()
        .filter(entry -> CompositeOp.class.isAssignableFrom(entry.getValue()))
        .map(Map.Entry::getKey)
        .collect(ImmutableList.toImmutableList());
    if (!composite.contains(name)) {
      throw new InputException(
          known.containsKey(name) ? "the op '" + name + "' is not composite" : "there is no op '" + name + "'",
          Suggestion.didYouMean(name, composite).orElse("composite ops are " + String.join(", ", composite)));
    }
  }
}
