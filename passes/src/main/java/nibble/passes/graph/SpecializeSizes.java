package nibble.passes.graph;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import nibble.ir.Module;
import nibble.ir.Substitution;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.shape.SymbolBounds;
import nibble.ir.verify.Verifier;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Gives symbolic sizes a value.
 *
 * <pre>
 * symbol B                                  =&gt;
 * func @f(%x: tensor&lt;[B,4] x f32&gt;) { ... }      func @f(%x: tensor&lt;[8,4] x f32&gt;) { ... }
 * </pre>
 *
 * @param sizes value of each size
 */
@PassInfo(
    name = "specialize",
    summary = "gives symbolic sizes a value",
    effect = NumericEffect.Kind.EXACT)
public record SpecializeSizes(
    @PassOption("a size and its value") ImmutableMap<String, Long> sizes) implements Pass {
  @Override
  public Module run(Module module, PassContext context) {
    sizes.forEach((name, value) -> check(module.symbols(), name, value));
    return sizes.isEmpty() ? module : substituted(module);
  }

  /** Ranges and blocks that fit symbolic sizes may not fit these; that is the user's choice, not a bug of the pass. */
  private Module substituted(Module module) {
    try {
      Module special = Substitution.of(sizes).apply(module);
      Verifier.require(special);
      return special;
    } catch (IllegalArgumentException e) {
      throw new InputException("the sizes " + sizes + " do not fit the module: " + e.getMessage());
    }
  }

  private static void check(Map<String, SymbolBounds> symbols, String name, long value) {
    SymbolBounds bounds = symbols.get(name);
    if (bounds == null) {
      String known = symbols.isEmpty() ? "it has none" : "its sizes are " + String.join(", ", symbols.keySet());
      throw new InputException(
          "the module has no symbolic size '" + name + "'",
          Suggestion.didYouMean(name, symbols.keySet()).orElse(known));
    }
    if (!bounds.allows(value)) {
      throw new InputException("the size " + name + " can't be " + value, "it is declared as " + bounds);
    }
  }
}
