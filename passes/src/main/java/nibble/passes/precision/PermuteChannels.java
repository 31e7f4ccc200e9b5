package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ListMultimap;
import com.google.common.collect.MultimapBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.layout.SparseLayout;
import nibble.ir.op.MatMul;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.shape.Shape;
import nibble.ir.sparsity.Saliency;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;
import nibble.passes.precision.PermuteOperands.Permuted;

/**
 * Brings the channels that products sum over to an order in which a sparse layout keeps more of their weights, by
 * {@link PermuteOperands}: the weights and constants on the way from the products that make the channels are permuted,
 * so that nothing is shuffled at run time. Stands before {@code sparsify}.
 *
 * @param at paths of the products that sum over the channels; none for all
 * @param weight layout that {@code sparsify} prunes to
 * @param saliency by what weights are kept, whose squares count
 * @param rounds how often groups of channels are filled anew
 * @param explicit whether activations are gathered at run time where the order can't be folded into weights
 */
@PassInfo(
    name = "permute-channels",
    summary = "orders the channels between products so that pruning keeps more of their weights",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record PermuteChannels(
    @PassOption("paths of the products that sum over the channels; all, where none is given")
    ImmutableList<PathPattern> at,
    @PassOption("sparse layout that weights are pruned to behind it, such as 64:2:8") SparseLayout weight,
    @PassOption(value = "by what weights are kept: magnitude, or with the activations of sample inputs (wanda, ria; "
        + "sparsegpt counts as wanda, sste as magnitude)", otherwise = "magnitude") Saliency saliency,
    @PassOption(value = "how often groups of channels are filled anew", otherwise = "4") int rounds,
    @PassOption(value = "whether activations are gathered at run time where weights can't take the order",
        otherwise = "false") boolean explicit) implements Pass {
  private static final String NAME = "permute-channels";

  public PermuteChannels {
    if (rounds < 0) {
      throw new IllegalArgumentException("rounds are at least 0, not " + rounds);
    }
    new ChannelOrder(weight, rounds);
  }

  @Override
  public boolean needsInputs() {
    return saliency.needsActivations();
  }

  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(function -> {
      ImmutableListMultimap<Value, Permuted> operands = operands(function, context);
      return operands.isEmpty()
          ? function
          : new RewriteDriver(new PermuteOperands(operands)).apply(function, module.symbols());
    });
  }

  /**
   * Channels that are brought to an order.
   *
   * @param consumers products that sum over them
   * @param path on which they come there; nothing where they are gathered at run time
   * @param obstacle why that is so, where it is
   */
  private record Move(ImmutableList<Operation> consumers, ChannelPath path, Optional<String> obstacle) {
    List<Operation> products() {
      return Stream.concat(consumers.stream(), path.producers().stream()).toList();
    }
  }

  private ImmutableListMultimap<Value, Permuted> operands(Function function, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product with a weight");
    WeightProduct.Reader reader = new WeightProduct.Reader(Definitions.in(function));
    List<Move> moves = moves(function, scope, reader, context);
    List<Operation> products = moves.stream().flatMap(move -> move.products().stream()).toList();
    ProductScores scores = new ProductScores(
        saliency, reader, context,
        saliency.needsActivations() && !products.isEmpty()
            ? Optional.of(SampledProducts.of(function, products, context, NAME).values()) : Optional.empty());
    ListMultimap<Value, Permuted> permuted = MultimapBuilder.linkedHashKeys().arrayListValues().build();
    moves.forEach(move -> permuted.putAll(permuted(move, reader, scores, scope, context)));
    return ImmutableListMultimap.copyOf(permuted);
  }

  private List<Move> moves(
      Function function, ProductScope scope, WeightProduct.Reader reader, PassContext context) {
    List<Move> moves = new ArrayList<>();
    ActivationProducts.in(function, scope, reader, "the order of channels", this::obstacle, context)
        .asMap().values().forEach(consumers -> {
          ChannelPath.Search search = new ChannelPath.Search(reader.definitions());
          Optional<String> obstacle = obstacle(function, consumers, search);
          if (obstacle.isPresent() && !explicit) {
            consumers.forEach(product ->
                context.skipped("the order of channels", product.location(), obstacle.get()));
          } else {
            moves.add(new Move(
                ImmutableList.copyOf(consumers), obstacle.isPresent() ? ChannelPath.NONE : search.path(), obstacle));
          }
        });
    return moves;
  }

  private Optional<String> obstacle(WeightProduct product) {
    TensorType right = product.right().stored().tensorType();
    if (right.rank() != 2) {
      return Optional.of("its weight is no matrix");
    }
    if (product.leftInner() != product.left().stored().tensorType().rank() - 1) {
      return Optional.of("its activation is stored with another axis last than the inner one");
    }
    Shape turned = right.shape().with(0, right.shape().dim(1 - product.rightInner()))
        .with(1, right.shape().dim(product.rightInner()));
    return weight.rejects(turned)
        .map(why -> "its " + product.right().description() + " can't be sparse: " + why);
  }

  private static Optional<String> obstacle(
      Function function, Collection<Operation> consumers, ChannelPath.Search search) {
    for (Operation consumer : consumers) {
      Optional<String> obstacle = search.obstacle(consumer.operand(0));
      if (obstacle.isPresent()) {
        return obstacle;
      }
    }
    return search.seenElsewhere(function, ImmutableSet.copyOf(consumers));
  }

  private ListMultimap<Value, Permuted> permuted(
      Move move, WeightProduct.Reader reader, ProductScores scores, ProductScope scope, PassContext context) {
    List<double[]> below = move.consumers.stream().map(scores::ofChannels).toList();
    List<double[]> above = move.path.producers().stream().map(scores::ofChannels).toList();
    WeightProduct first = reader.read(move.consumers.getFirst());
    int channels = first.right().stored().tensorType().shape().extents()[first.rightInner()];
    ChannelOrder orders = new ChannelOrder(weight, rounds);
    int[] order = orders.of(below, above, channels);
    ImmutableList<Double> places =
        Arrays.stream(order).asDoubleStream().boxed().collect(ImmutableList.toImmutableList());

    ListMultimap<Value, Permuted> permuted = MultimapBuilder.linkedHashKeys().arrayListValues().build();
    for (int i = 0; i < below.size(); i++) {
      Operation consumer = move.consumers.get(i);
      permuted.put(consumer.result(), new Permuted(1, ((MatMul) consumer.op()).transposeB() ? 1 : 0, places));
      if (move.obstacle.isPresent()) {
        permuted.put(consumer.result(), new Permuted(0, consumer.operand(0).tensorType().rank() - 1, places));
      }
      record(
          consumer, reader.read(consumer), kept(orders, below.get(i), order, false),
          scope.reason(consumer) + move.obstacle.map(why -> "; they are gathered at run time, since " + why).orElse(""),
          context);
    }
    for (int i = 0; i < above.size(); i++) {
      Operation producer = move.path.producers().get(i);
      permuted.put(producer.result(), new Permuted(1, ((MatMul) producer.op()).transposeB() ? 0 : 1, places));
      record(
          producer, reader.read(producer), "output " + kept(orders, above.get(i), order, true),
          "its channels are summed over by a product that was asked for", context);
      context.reordered(
          producer.location(), Arrays.stream(order).boxed().collect(ImmutableList.toImmutableList()));
    }
    move.path.constants().forEach(constant -> permuted.put(
        constant.operation().results().getFirst(), new Permuted(constant.index(), constant.axis(), places)));
    return permuted;
  }

  private String kept(ChannelOrder orders, double[] rows, int[] order, boolean isProducer) {
    int columns = isProducer ? rows.length / order.length : order.length;
    int[] asWritten = IntStream.range(0, order.length).toArray();
    return weight.rejects(Shape.of(rows.length / columns, columns)).isPresent()
        ? "channels in another order"
        : String.format(
            Locale.ROOT, "channels in another order: %s keeps %.2f %% of the squares of their %s, as written %.2f %%",
            weight.text(), 100 * orders.kept(rows, columns, order, isProducer),
            saliency == Saliency.MAGNITUDE ? "magnitudes" : "scores",
            100 * orders.kept(rows, columns, asWritten, isProducer));
  }

  private static void record(
      Operation operation, WeightProduct product, String what, String why, PassContext context) {
    TensorType type = product.right().stored().tensorType();
    context.applied(
        product.right().description() + ", " + what, operation.location(), why,
        QuantizationCost.of(type, type, Optional.empty()));
  }
}
