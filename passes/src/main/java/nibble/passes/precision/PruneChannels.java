package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.recipe.PathPattern;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.sparsity.Saliency;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;
import nibble.passes.precision.RemoveUnits.Removal;

/**
 * Removes channels of feed-forward layers and heads of attention, by {@link RemoveUnits}: types, and so products,
 * become smaller. Which ones, gates say that were trained ("Deterministic Differentiable Structured Pruning for Large
 * Language Models"), or how much they count on the sample inputs. Stands before all passes that change products.
 *
 * @param at paths of the products that sum over channels or heads; none for all
 * @param keep share of the units that is kept, rounded up; all whose gates are positive where there is none
 * @param gates name behind that of a weight, of the tensor with a gate for each unit that it sums over; none for scores
 * @param saliency by what units count where there are no gates: the scores of their weights, summed
 * @param multiple that the count of kept channels is rounded up to; heads are counted one by one
 */
@PassInfo(
    name = "prune-channels",
    summary = "removes channels of feed-forward layers and heads of attention, so that products become smaller",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record PruneChannels(
    @PassOption("paths of the products that sum over channels or heads; all, where none is given")
    ImmutableList<PathPattern> at,
    @PassOption("share of the channels or heads that is kept; those with positive gates, where none is given")
    Optional<Double> keep,
    @PassOption(
        "name behind that of a weight, of the tensor with a gate for each unit that it sums over, such as .gates")
    Optional<String> gates,
    @PassOption(value = "by what channels count where there are no gates: magnitude, or with the activations of sample "
        + "inputs (wanda, ria; sparsegpt counts as wanda, sste as magnitude)", otherwise = "magnitude")
    Saliency saliency,
    @PassOption(value = "the count of kept channels, not of heads, is rounded up to a multiple of this",
        otherwise = "1") int multiple) implements Pass {
  private static final String NAME = "prune-channels";
  private static final String SUBJECT = "fewer channels";

  public PruneChannels {
    if (keep.isPresent() && !(keep.get() > 0 && keep.get() <= 1)) {
      throw new IllegalArgumentException("the share that is kept is above 0 and at most 1, not " + keep.get());
    }
    if (keep.isEmpty() && gates.isEmpty()) {
      throw new IllegalArgumentException("either gates or a share that is kept say which channels go");
    }
    if (multiple < 1) {
      throw new IllegalArgumentException("a multiple is at least 1, not " + multiple);
    }
  }

  @Override
  public boolean needsInputs() {
    return gates.isEmpty() && saliency.needsActivations();
  }

  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(function -> {
      ImmutableList<Removal> removals = removals(function, context);
      return removals.isEmpty() ? function : new RemoveUnits(removals).apply(function);
    });
  }

  /** Units between products. */
  private record Units(UnitPath path, ImmutableList<Operation> consumers) {}

  private ImmutableList<Removal> removals(Function function, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product with a weight");
    WeightProduct.Reader reader = new WeightProduct.Reader(Definitions.in(function));
    List<Units> found = units(function, scope, reader, context);
    ProductScores scores = new ProductScores(
        saliency, reader, context,
        needsInputs() && !found.isEmpty()
            ? Optional.of(SampledProducts.of(
                function, found.stream().flatMap(units -> units.consumers.stream()).toList(), context, NAME).values())
            : Optional.empty());
    ImmutableList.Builder<Removal> removals = ImmutableList.builder();
    for (Units units : found) {
      Choice choice = choice(units, reader, scores, context);
      if (choice.kept.size() == units.path.count() && choice.factors.isEmpty()) {
        units.consumers.forEach(product -> context.skipped(SUBJECT, product.location(), "all of them are kept"));
        continue;
      }
      removals.add(new Removal(units.path, units.consumers, choice.kept, choice.factors));
      record(units, choice, reader, scope, context);
    }
    return removals.build();
  }

  private List<Units> units(
      Function function, ProductScope scope, WeightProduct.Reader reader, PassContext context) {
    List<Units> found = new ArrayList<>();
    Set<Value> taken = new HashSet<>();
    ActivationProducts.in(function, scope, reader, SUBJECT, PruneChannels::obstacle, context).asMap().values()
        .forEach(consumers -> {
          UnitPath.Search search = new UnitPath.Search(function, reader.definitions());
          Optional<String> obstacle = obstacle(function, consumers, search);
          UnitPath path = search.path();
          boolean isTaken = path.places().keySet().stream().anyMatch(taken::contains);
          if (obstacle.isPresent() || isTaken) {
            consumers.forEach(product -> context.skipped(
                SUBJECT, product.location(), obstacle.orElse("its channels are removed by another product already")));
            return;
          }
          taken.addAll(path.places().keySet());
          found.add(new Units(path, ImmutableList.copyOf(consumers)));
        });
    return found;
  }

  private static Optional<String> obstacle(WeightProduct product) {
    if (product.right().stored().tensorType().rank() != 2
        || !product.right().stored().tensorType().shape().isConstant()) {
      return Optional.of("its weight is no matrix");
    }
    return product.leftInner() == product.left().stored().tensorType().rank() - 1
        ? Optional.empty() : Optional.of("its activation is stored with another axis last than the inner one");
  }

  private static Optional<String> obstacle(
      Function function, Collection<Operation> consumers, UnitPath.Search search) {
    for (Operation consumer : consumers) {
      Optional<String> obstacle = search.obstacle(consumer);
      if (obstacle.isPresent()) {
        return obstacle;
      }
    }
    return search.seenElsewhere(function, ImmutableSet.copyOf(consumers));
  }

  /**
   * What is kept.
   *
   * @param kept units, ascending
   * @param factors of them; empty where all are 1
   * @param share of the scores, or of the gates, that is kept
   */
  private record Choice(ImmutableList<Integer> kept, ImmutableList<Double> factors, double share) {}

  private Choice choice(Units units, WeightProduct.Reader reader, ProductScores scores, PassContext context) {
    Operation first = units.consumers.getFirst();
    double[] worth = gates.isPresent()
        ? gates(units, reader.read(first), context) : worth(units, scores);
    int positive = gates.isPresent() ? (int) Arrays.stream(worth).filter(gate -> gate > 0).count() : worth.length;
    int wanted = keep.map(share -> (int) Math.ceil(share * worth.length)).orElse(positive);
    int count = units.path.width(first) > 1 ? wanted : Math.ceilDiv(wanted, multiple) * multiple;
    // Of equal ones the first are kept.
    ImmutableList<Integer> kept = IntStream.range(0, worth.length).boxed()
        .sorted(Comparator.comparingDouble((Integer unit) -> -worth[unit]))
        .limit(Math.max(1, Math.min(count, worth.length))).sorted().collect(ImmutableList.toImmutableList());
    NumberFormat format = reader.read(first).right().stored().tensorType().format();
    ImmutableList<Double> factors = gates.isPresent()
        ? kept.stream().map(unit -> format.round(worth[unit])).collect(ImmutableList.toImmutableList())
        : ImmutableList.of();
    double all = Arrays.stream(worth).sum();
    return new Choice(
        kept, factors.stream().allMatch(factor -> factor == 1) ? ImmutableList.of() : factors,
        all == 0 ? 1 : kept.stream().mapToDouble(unit -> worth[unit]).sum() / all);
  }

  /** The gates of units, of which what is negative is 0. */
  private double[] gates(Units units, WeightProduct product, PassContext context) {
    String key = product.right().weight().orElseThrow().key() + gates.orElseThrow();
    TensorType type = TensorType.of(Shape.of(units.path.count()), Formats.F32);
    Tensor tensor = context.environment().weights().orElseThrow(() ->
        context.lacksWeights("to find gates in")).weight(key, type);
    double[] worth = tensor.values().clone();
    for (int unit = 0; unit < worth.length; unit++) {
      if (!Double.isFinite(worth[unit])) {
        throw new InputException("gate " + unit + " of '" + key + "' is " + worth[unit]);
      }
      worth[unit] = Math.max(worth[unit], 0);
    }
    return worth;
  }

  /** Sums of the scores of all weights that sum over a unit. */
  private static double[] worth(Units units, ProductScores scores) {
    double[] worth = new double[units.path.count()];
    for (Operation consumer : units.consumers) {
      int width = units.path.width(consumer);
      double[] ofWeights = scores.ofChannels(consumer);
      for (int i = 0; i < ofWeights.length; i++) {
        worth[i % (worth.length * width) / width] += ofWeights[i];
      }
    }
    return worth;
  }

  private void record(
      Units units, Choice choice, WeightProduct.Reader reader, ProductScope scope, PassContext context) {
    for (Operation product : units.path.products(units.consumers)) {
      boolean isConsumer = units.consumers.contains(product);
      int width = isConsumer ? units.path.width(product) : units.path.producers().get(product).width();
      TensorType before = reader.read(product).right().stored().tensorType();
      int inner = reader.read(product).rightInner();
      int axis = isConsumer ? inner : 1 - inner;
      TensorType after = before.withShape(
          before.shape().with(axis, Dim.of((long) choice.kept.size() * width)));
      context.applied(
          String.format(
              Locale.ROOT, "%s, %d of %d %s kept, with %.2f %% of their %s",
              reader.read(product).right().description(), choice.kept.size(), units.path.count(),
              width > 1 ? "heads" : "channels", 100 * choice.share,
              gates.isPresent() ? "gates" : saliency == Saliency.MAGNITUDE ? "magnitudes" : "scores"),
          product.location(),
          isConsumer ? scope.reason(product) : "a product that was asked for sums over its channels",
          QuantizationCost.of(before, after, Optional.empty()));
    }
  }
}
