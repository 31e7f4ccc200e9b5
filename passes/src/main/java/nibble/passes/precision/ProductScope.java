package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import nibble.ir.Operation;
import nibble.ir.op.MatMul;
import nibble.ir.op.ProductOp;
import nibble.ir.recipe.PathPattern;

/**
 * The matrix products that a pass was asked to change.
 *
 * @param at their paths; none for all
 * @param all what to call all of them, for people
 */
record ProductScope(ImmutableList<PathPattern> at, String all) {
  boolean includes(Operation operation) {
    return operation.op() instanceof MatMul && PathPattern.anyMatches(at, operation.location().path());
  }

  /** The same, and products of experts. */
  boolean includesExperts(Operation operation) {
    return operation.op() instanceof ProductOp && PathPattern.anyMatches(at, operation.location().path());
  }

  /** Why a product is included: the pattern that its path fits. */
  String reason(Operation product) {
    return at.stream()
        .filter(pattern -> pattern.matches(product.location().path()))
        .map(pattern -> "asked for at " + pattern)
        .findFirst()
        .orElse("asked for " + all);
  }
}
