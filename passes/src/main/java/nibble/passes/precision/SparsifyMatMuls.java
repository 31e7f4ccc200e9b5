package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TypeRuleException;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.layout.SparseLayout;
import nibble.ir.op.Prune;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.RewriteDriver;
import nibble.passes.Decision.Cost;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Prunes weights of matrix products by magnitude along the axis that is summed over, by {@link PruneOperands}. What is
 * left fits a sparse layout, along the axis along which sparse matrix instructions take it. Stands before {@code
 * quantize} and {@code cast}.
 *
 * @param at paths of the products; none for all
 * @param weight layout that pruned weights fit
 */
@PassInfo(
    name = "sparsify",
    summary = "prunes weights of matrix products by magnitude, so that they fit a sparse layout",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record SparsifyMatMuls(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption("sparse layout of weights, such as 2:4 or 64:2:8") SparseLayout weight) implements Pass {
  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(function -> {
      ImmutableSet<Value> products = products(function, context);
      return products.isEmpty()
          ? function
          : new RewriteDriver(new PruneOperands(products, weight)).apply(function, module.symbols());
    });
  }

  private ImmutableSet<Value> products(Function function, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product with a weight");
    Definitions definitions = Definitions.in(function);
    WeightProduct.Reader reader = new WeightProduct.Reader(definitions);
    ImmutableSet.Builder<Value> products = ImmutableSet.builder();
    function.body().walk(operation -> {
      if (scope.includes(operation)) {
        Optional<String> obstacle =
            reader.obstacle(operation).or(() -> obstacle(reader.read(operation), definitions));
        obstacle.ifPresentOrElse(
            why -> context.skipped("sparse weight", operation.location(), why),
            () -> {
              products.add(operation.result());
              record(operation, reader.read(operation), scope, definitions, context);
            });
      }
    });
    return products.build();
  }

  private Optional<String> obstacle(WeightProduct product, Definitions definitions) {
    Value stored = product.right().stored();
    if (definitions.of(stored).filter(below -> below.op() instanceof Prune).isPresent()) {
      return Optional.of("its weight is pruned already");
    }
    try {
      new Prune(product.rightInner(), weight).compressed(stored.tensorType()).parts();
      return Optional.empty();
    } catch (TypeRuleException | IllegalArgumentException e) {
      return Optional.of("its " + product.right().description() + " can't be sparse: " + e.getMessage());
    }
  }

  private void record(
      Operation product, WeightProduct read, ProductScope scope, Definitions definitions, PassContext context) {
    Value stored = read.right().stored();
    Prune prune = new Prune(read.rightInner(), weight);
    Optional<Double> lost = context.environment().weights()
        .flatMap(source -> new ConstantValues(definitions).tensor(stored, source))
        .map(values -> lost(prune, values));
    context.applied(
        read.right().description() + " pruned to " + weight.text() + " along axis " + read.rightInner()
            + lost.map(share -> String.format(Locale.ROOT, ", %.2f %% of its energy kept", 100 * (1 - share)))
                .orElse(""),
        product.location(),
        scope.reason(product),
        new Cost(
            TensorBytes.of(stored.tensorType()), TensorBytes.compressed(prune.compressed(stored.tensorType())),
            lost.map(Noise::decibels)));
  }

  /** The share of the energy of a weight that pruning takes. */
  private static double lost(Prune prune, Tensor weight) {
    return Noise.ratio(weight.values(), prune.eval(List.of(weight), weight.type()).values());
  }
}
