package nibble.passes.precision;

import com.google.common.collect.ImmutableSetMultimap;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.passes.PassContext;

/** The products that a pass changes, by the activations that they share. */
final class ActivationProducts {
  private ActivationProducts() {}

  /** Why a pass leaves a product, if it does. */
  @FunctionalInterface
  interface Obstacle {
    Optional<String> of(WeightProduct product);
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
