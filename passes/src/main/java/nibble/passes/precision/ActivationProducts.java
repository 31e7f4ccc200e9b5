package nibble.passes.precision;

import static com.google.common.collect.ImmutableMap.toImmutableMap;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSetMultimap;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.passes.PassContext;

/** The products that a pass changes, by the activations that they share. */
final class ActivationProducts {
  private ActivationProducts() {}

  /** Why a pass leaves a product, if it does. */
  @FunctionalInterface
  interface Obstacle {
    Optional<String> of(WeightProduct product);
  }

  /** What is done with an activation that was seen, and the products that take it. */
  @FunctionalInterface
  interface Observer {
    void observe(Tensor seen, ImmutableMap<Operation, WeightProduct> products);
  }

  /**
   * Interprets a function on the sample inputs, and shows the activations of products with weights, one by one.
   *
   * @param subject what is skipped where a product is left
   * @param obstacle why a product with a weight is left all the same, if it is
   * @throws nibble.ir.diagnostic.InputException where there are products, and sample inputs or weights are missing
   */
  static void observe(
      Function function, ProductScope scope, String subject, Obstacle obstacle, PassContext context, String pass,
      Observer observer) {
    WeightProduct.Reader reader = new WeightProduct.Reader(Definitions.in(function));
    ImmutableSetMultimap<Value, Operation> products = in(function, scope, reader, subject, obstacle, context);
    if (products.isEmpty()) {
      return;
    }
    ObservedValues observed = ObservedValues.of(function, products.keySet(), context, pass);
    products.asMap().forEach((activation, users) -> observer.observe(
        observed.of(activation).orElseThrow(), users.stream().collect(toImmutableMap(user -> user, reader::read))));
  }

  /**
   * Products with weights in a scope; the others leave a record.
   *
   * @param subject what is skipped where a product is left
   * @param obstacle why a product with a weight is left all the same, if it is
   */
  static ImmutableSetMultimap<Value, Operation> in(
      Function function, ProductScope scope, WeightProduct.Reader reader, String subject,
      Obstacle obstacle, PassContext context) {
    ImmutableSetMultimap.Builder<Value, Operation> products = ImmutableSetMultimap.builder();
    function.body().walk(operation -> {
      if (scope.includes(operation)) {
        Optional<String> why = reader.obstacle(operation).or(() -> obstacle.of(reader.read(operation)));
        why.ifPresentOrElse(
            reason -> context.skipped(subject, operation.location(), reason),
            () -> products.put(reader.read(operation).left().stored(), operation));
      }
    });
    return products.build();
  }
}
