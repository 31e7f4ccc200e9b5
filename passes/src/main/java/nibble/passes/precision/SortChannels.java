package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.recipe.PathPattern;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Brings the channels of activations that products sum over to the order of their largest magnitudes, by {@link
 * SortOperands}, so that outliers share the blocks of a quantizer and leave the others alone. Magnitudes are those of
 * the sample inputs. Products of one activation share an order. Stands before {@code quantize}.
 *
 * <pre>
 * %1 = matmul %x, %w    =&gt;  %3 = gather %x, order {axis = 1}
 *                           %4 = gather %w, order {axis = 0}
 *                           %1 = matmul %3, %4
 * </pre>
 *
 * @param at paths of the products; none for all
 */
@PassInfo(
    name = "sort-channels",
    summary = "sorts the channels of activations by magnitude, so that outliers share blocks",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record SortChannels(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at) implements Pass {
  @Override
  public boolean needsInputs() {
    return true;
  }

  @Override
  public Module run(Module module, PassContext context) {
    return RewriteWhereFound.apply(module, function -> orders(function, context), SortOperands::new);
  }

  private ImmutableMap<Value, ImmutableList<Double>> orders(Function function, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product with a weight");
    ImmutableMap.Builder<Value, ImmutableList<Double>> orders = ImmutableMap.builder();
    ActivationProducts.observe(
        function, scope, "the order of channels", SortChannels::obstacle, context, "sort-channels",
        (seen, products) -> {
          double[] channels = ChannelMagnitudes.of(seen, products.values().iterator().next().leftInner());
          List<Integer> order = IntStream.range(0, channels.length).boxed()
              .sorted(Comparator.comparingDouble(channel -> -channels[channel])).toList();
          products.forEach((product, read) -> {
            orders.put(
                product.result(), order.stream().map(Integer::doubleValue).collect(ImmutableList.toImmutableList()));
            record(product, read, channels, order, scope, context);
          });
        });
    return orders.buildOrThrow();
  }

  private static Optional<String> obstacle(WeightProduct product) {
    TensorType left = product.left().stored().tensorType();
    if (!left.shape().dim(product.leftInner()).isConstant()) {
      return Optional.of("its inner axis is symbolic");
    }
    return product.right().stored().tensorType().rank() == 2
        ? Optional.empty() : Optional.of("its weight is no matrix");
  }

  private static void record(
      Operation product, WeightProduct read, double[] channels, List<Integer> order, ProductScope scope,
      PassContext context) {
    double largest = channels[order.getFirst()];
    double median = channels[order.get(order.size() / 2)];
    context.applied(
        String.format(
            Locale.ROOT, "%d channels of %s sorted, of magnitudes from %.4g, with a median of %.4g", channels.length,
            read.left().description(), largest, median),
        product.location(),
        scope.reason(product),
        QuantizationCost.of(
            read.left().stored().tensorType(), read.left().stored().tensorType(), Optional.empty()));
  }
}
