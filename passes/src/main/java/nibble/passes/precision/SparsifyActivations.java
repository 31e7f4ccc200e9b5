package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.layout.SparseLayout;
import nibble.ir.layout.SparseLayouts.NOfM;
import nibble.ir.op.Decompress;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.shape.Dim;
import nibble.passes.Decision.Cost;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Prunes activations of matrix products by magnitude while a program runs, and has products multiply them as they are
 * stored, by {@link PruneLeftOperands}. Stands behind {@code cast}.
 *
 * @param at paths of the products; none for all
 * @param activation layout of activations
 */
@PassInfo(
    name = "sparsify-activations",
    summary = "prunes activations of matrix products by magnitude, and compresses them",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record SparsifyActivations(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption(value = "sparse layout of activations: 2:4", otherwise = "2:4") SparseLayout activation)
    implements Pass {
  private static final int SIZE = 4;

  public SparsifyActivations {
    if (!activation.equals(new NOfM(2, SIZE))) {
      throw new IllegalArgumentException("activations are pruned to 2:4, not " + activation.text());
    }
  }

  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(function -> {
      ImmutableSet<Value> products = products(function, context);
      return products.isEmpty()
          ? function
          : new RewriteDriver(new PruneLeftOperands(products, activation)).apply(function, module.symbols());
    });
  }

  private ImmutableSet<Value> products(Function function, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product of 16-bit floats");
    Definitions definitions = Definitions.in(function);
    ImmutableSet.Builder<Value> products = ImmutableSet.builder();
    function.body().walk(operation -> {
      if (!scope.includes(operation)) {
        return;
      }
      Optional<String> obstacle = obstacle(operation, definitions);
      obstacle.ifPresent(why -> context.skipped("sparse activation", operation.location(), why));
      if (obstacle.isEmpty()) {
        TensorType type = PruneLeftOperands.matrix(operation.operand(0).tensorType());
        products.add(operation.result());
        context.applied(
            StoredOperand.of(operation.operand(0), definitions).description() + " pruned to " + activation.text(),
            operation.location(), scope.reason(operation),
            new Cost(
                TensorBytes.of(type), TensorBytes.compressed(type.withSparse(activation)), Optional.empty()));
      }
    });
    return products.build();
  }

  private static Optional<String> obstacle(Operation product, Definitions definitions) {
    TensorType left = product.operand(0).tensorType();
    if (!left.isPlain() || !left.format().isFloat() || left.format().storageBits() != Short.SIZE) {
      return Optional.of("its activation is " + left + ", not f16 or bf16: cast it first");
    }
    if (product.operand(1).tensorType().rank() != 2) {
      return Optional.of("its right operand is no single matrix");
    }
    if (left.shape().last().dividedBy(Dim.of(SIZE)).isEmpty()) {
      return Optional.of("the extent " + left.shape().last() + " that is summed over is no multiple of " + SIZE);
    }
    boolean isSparse = product.operands().stream().anyMatch(operand ->
        definitions.of(operand).filter(definition -> definition.op() instanceof Decompress).isPresent());
    return isSparse ? Optional.of("one of its operands is compressed, and instructions take one") : Optional.empty();
  }
}
