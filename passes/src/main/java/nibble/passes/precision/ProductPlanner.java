package nibble.passes.precision;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.format.FixedRounding;
import nibble.ir.op.ProductOp;
import nibble.ir.op.Quantize;
import nibble.passes.Decision.Cost;
import nibble.passes.PassContext;
import nibble.passes.precision.OperandLayout.Fit;

/**
 * Decides which operands of a matrix product are quantized and how, and records it.
 *
 * @param weight layout of weights
 * @param act layout of activations
 * @param reason why a product is quantized so, for people
 * @param definitions of the function's values
 * @param observed what values are on the sample inputs, where there are some
 * @param context takes the decisions
 */
record ProductPlanner(
    Optional<LayoutSpec> weight,
    Optional<LayoutSpec> act,
    Function<Operation, String> reason,
    Definitions definitions,
    Optional<ObservedValues> observed,
    PassContext context) {

  /** What to do with a product; nothing where it is left as it is. */
  Optional<ProductPlan> plan(Operation product) {
    Optional<String> obstacle = new WeightProduct.Reader(definitions).obstacle(product);
    if (obstacle.isPresent()) {
      context.skipped("product", product.location(), obstacle.get());
      return Optional.empty();
    }
    StoredOperand left = StoredOperand.of(product.operand(0), definitions);
    StoredOperand right = StoredOperand.of(product.operand(1), definitions);
    int leftRank = product.operand(0).tensorType().rank();
    int rightRank = product.operand(1).tensorType().rank();
    boolean transposed = ((ProductOp) product.op()).transposeB();
    OperandLayout leftLayout = new OperandLayout(left, leftRank - 1, leftRank - 2);
    OperandLayout rightLayout = transposed
        ? new OperandLayout(right, rightRank - 1, rightRank - 2)
        : new OperandLayout(right, rightRank - 2, rightRank - 1);
    ProductPlan plan = new ProductPlan(
        act.flatMap(spec -> change(leftLayout, spec, "activation, " + left.description(), product)),
        weight.flatMap(spec -> change(rightLayout, spec, right.description(), product)));
    return plan.left().isPresent() || plan.right().isPresent() ? Optional.of(plan) : Optional.empty();
  }

  private Optional<Quantize> change(OperandLayout layout, LayoutSpec spec, String what, Operation product) {
    Fit fit = layout.fit(spec);
    if (fit.quantize().isEmpty()) {
      context.skipped(what, product.location(), fit.obstacle());
      return Optional.empty();
    }
    Quantize quantize = fit.quantize().get();
    TensorType before = layout.operand().stored().tensorType();
    context.applied(
        what + " to " + description(quantize),
        product.location(),
        reason.apply(product),
        numbers(layout.operand().stored())
            .map(exact -> cost(exact, quantize, before))
            .orElseGet(() -> QuantizationCost.of(before, quantize.result(), Optional.empty())));
    return fit.quantize();
  }

  /** The numbers of a value: of weights, and of all others on the sample inputs; nothing where they are not known. */
  private Optional<Tensor> numbers(Value stored) {
    return context.environment().weights()
        .flatMap(weights -> new ConstantValues(definitions).tensor(stored, weights))
        .or(() -> observed.flatMap(values -> values.of(stored)));
  }

  private static Cost cost(Tensor exact, Quantize quantize, TensorType before) {
    Tensor codes = quantize.eval(List.of(exact), quantize.result().withShape(exact.type().shape()));
    return QuantizationCost.of(exact, codes, before, quantize.result());
  }

  private static String description(Quantize quantize) {
    TensorType type = quantize.result();
    return type.format().name() + ", " + type.scale().orElseThrow()
        + type.residual().map(codes -> ", residual<" + codes.name() + "> of boxes above "
            + quantize.fallback().orElseThrow()).orElse("")
        + (quantize.rounding() == FixedRounding.NEAREST_EVEN ? "" : ", " + quantize.rounding().text());
  }
}
