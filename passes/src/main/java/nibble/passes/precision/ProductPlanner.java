package nibble.passes.precision;

import java.util.Optional;
import nibble.ir.Location;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.op.Dequantize;
import nibble.ir.op.MatMul;
import nibble.passes.PassContext;
import nibble.passes.precision.OperandLayout.Fit;

/**
 * Decides which operands of a matrix product are quantized and how, and records it.
 *
 * @param weight layout of weights
 * @param act layout of activations
 * @param reason why it was asked for
 * @param definitions of the function's values
 * @param context takes the decisions
 */
record ProductPlanner(
    Optional<LayoutSpec> weight,
    Optional<LayoutSpec> act,
    String reason,
    Definitions definitions,
    PassContext context) {

  /** What to do with a product; nothing where it is left as it is. */
  Optional<ProductPlan> plan(Operation product) {
    Optional<String> obstacle = obstacle(product);
    if (obstacle.isPresent()) {
      context.skipped("product", product.location(), obstacle.get());
      return Optional.empty();
    }
    StoredOperand left = StoredOperand.of(product.operand(0), definitions);
    StoredOperand right = StoredOperand.of(product.operand(1), definitions);
    int leftRank = product.operand(0).tensorType().rank();
    int rightRank = product.operand(1).tensorType().rank();
    boolean transposed = ((MatMul) product.op()).transposeB();
    OperandLayout leftLayout = new OperandLayout(left, leftRank - 1, leftRank - 2);
    OperandLayout rightLayout = transposed
        ? new OperandLayout(right, rightRank - 1, rightRank - 2)
        : new OperandLayout(right, rightRank - 2, rightRank - 1);
    ProductPlan plan = new ProductPlan(
        act.flatMap(spec -> change(leftLayout, spec, "activation, " + left.description(), product.location())),
        weight.flatMap(spec -> change(rightLayout, spec, right.description(), product.location())));
    return plan.left().isPresent() || plan.right().isPresent() ? Optional.of(plan) : Optional.empty();
  }

  private Optional<String> obstacle(Operation product) {
    for (int i = 0; i < 2; i++) {
      TensorType type = product.operand(i).tensorType();
      Value stored = StoredOperand.of(product.operand(i), definitions).stored();
      boolean dequantized = definitions.of(stored).filter(o -> o.op() instanceof Dequantize).isPresent();
      if (type.isScaled() || dequantized) {
        return Optional.of("its operands are quantized already");
      }
      if (!type.isPlain() || !type.format().isFloat()) {
        return Optional.of("it multiplies " + type + ", which is not plain floating point");
      }
    }
    StoredOperand right = StoredOperand.of(product.operand(1), definitions);
    if (right.weight().isPresent()) {
      return Optional.empty();
    }
    return Optional.of(StoredOperand.of(product.operand(0), definitions).weight().isPresent()
        ? "its weight is the left operand; only right operands are quantized as weights"
        : "its right operand is no weight but the " + right.description());
  }

  private Optional<TensorType> change(OperandLayout layout, LayoutSpec spec, String what, Location at) {
    Fit fit = layout.fit(spec);
    if (fit.type().isEmpty()) {
      context.skipped(what, at, fit.obstacle());
      return Optional.empty();
    }
    TensorType after = fit.type().get();
    TensorType before = layout.operand().stored().tensorType();
    Optional<Double> sqnr = context.environment().weights().flatMap(weights ->
        new QuantizationCost(weights).sqnrDb(layout.operand().stored(), after, definitions));
    context.applied(
        what + " to " + after.format().name() + ", " + after.scale().orElseThrow(), at, reason,
        QuantizationCost.of(before, after, sqnr));
    return fit.type();
  }
}
