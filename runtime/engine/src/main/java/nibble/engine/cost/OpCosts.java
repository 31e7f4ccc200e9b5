package nibble.engine.cost;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSetMultimap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import nibble.codegen.KernelDecision;
import nibble.engine.verify.AttentionAccuracy;
import nibble.engine.verify.PrecisionCost;
import nibble.engine.verify.PrecisionCost.ProductCost;
import nibble.ir.Location;
import nibble.ir.eval.Comparison;

/**
 * What each op of a model costs: in accuracy, and in bytes and <em>modelled</em> time beside the model as it is
 * written. Launches belong to the op whose path their kernel has, in all layers.
 *
 * @param rows by paths, in order of the first launch
 * @param total of all launches
 * @param attentions each of them, where they were compared
 * @param reasons what the compiler decided for kernels, and why; by paths
 */
public record OpCosts(
    ImmutableList<OpCost> rows, OpCost total, ImmutableList<AttentionCost> attentions,
    ImmutableSetMultimap<String, String> reasons) {
  private static final String TOTAL = "total";

  /**
   * The costs of an op.
   *
   * @param path of the block that it belongs to, with a star for the number of the layer; empty outside of any
   * @param launches how many there are
   * @param weights formats and layouts of what its products multiply by, and how
   * @param accuracy of its products: the least signal-to-noise ratio and the least cosine of all, the largest errors;
   *     empty where it has none, or nothing was compared
   * @param bytes of operands and results
   * @param microseconds modelled
   * @param denseMicroseconds the same with dense weights of the same formats
   * @param written bytes and modelled microseconds of the op as the model is written; empty where that is not known
   */
  public record OpCost(
      String path, int launches, String weights, Optional<Comparison> accuracy, double bytes, double microseconds,
      double denseMicroseconds, Optional<Written> written) {}

  /**
   * The costs of one attention, of one layer.
   *
   * @param microseconds modelled, of all launches at its place: the quantizers and what selects blocks among them
   */
  public record AttentionCost(AttentionAccuracy accuracy, double microseconds) {}

  /** Bytes and modelled time of an op without a recipe. */
  public record Written(double bytes, double microseconds) {}

  /**
   * Puts together what launches cost.
   *
   * @param launches of the program
   * @param written those of the model without a recipe, where they are known
   * @param accuracy of the products, where they were compared
   * @param decisions of the compiler
   */
  public static OpCosts of(
      List<ModelledLaunch> launches, Optional<ImmutableList<ModelledLaunch>> written, Optional<PrecisionCost> accuracy,
      List<KernelDecision> decisions) {
    Map<String, List<ModelledLaunch>> byPath = byPath(launches);
    Map<String, List<ModelledLaunch>> before = written.map(OpCosts::byPath).orElse(Map.of());
    Map<String, List<ProductCost>> products = new LinkedHashMap<>();
    accuracy.ifPresent(cost -> cost.products().forEach(product ->
        products.computeIfAbsent(pattern(product.location()), _ -> new ArrayList<>()).add(product)));
    ImmutableList.Builder<OpCost> rows = ImmutableList.builder();
    byPath.forEach((path, of) -> rows.add(row(
        path, of, worst(products.getOrDefault(path, List.of()).stream().map(ProductCost::comparison).toList()),
        written.map(_ -> before.getOrDefault(path, List.of())))));
    return new OpCosts(
        rows.build(),
        row(TOTAL, launches, accuracy.flatMap(cost -> worst(cost.outputs())), written.map(all -> all)),
        accuracy.map(cost -> attentions(cost, launches)).orElse(ImmutableList.of()),
        decisions.stream().collect(ImmutableSetMultimap.toImmutableSetMultimap(
            decision -> pattern(decision.location()), KernelDecision::text)));
  }

  private static OpCost row(
      String path, List<ModelledLaunch> launches, Optional<Comparison> accuracy,
      Optional<? extends List<ModelledLaunch>> written) {
    return new OpCost(
        path, launches.size(),
        path.equals(TOTAL) ? "" : weights(launches), accuracy, ModelLaunches.bytes(launches),
        ModelLaunches.microseconds(launches), launches.stream().mapToDouble(ModelledLaunch::denseMicroseconds).sum(),
        written.map(all -> new Written(ModelLaunches.bytes(all), ModelLaunches.microseconds(all))));
  }

  private static ImmutableList<AttentionCost> attentions(PrecisionCost cost, List<ModelledLaunch> launches) {
    return cost.attentions().stream()
        .map(accuracy -> new AttentionCost(accuracy, ModelLaunches.microseconds(launches.stream()
            .filter(launch -> launch.location().equals(accuracy.location())).toList())))
        .collect(ImmutableList.toImmutableList());
  }

  private static String weights(List<ModelledLaunch> launches) {
    return launches.stream().flatMap(launch -> launch.weight().stream()).distinct().collect(Collectors.joining("; "));
  }

  private static Map<String, List<ModelledLaunch>> byPath(List<ModelledLaunch> launches) {
    Map<String, List<ModelledLaunch>> byPath = new LinkedHashMap<>();
    launches.forEach(launch ->
        byPath.computeIfAbsent(pattern(launch.location()), _ -> new ArrayList<>()).add(launch));
    return byPath;
  }

  private static String pattern(Location location) {
    return location.path().replaceAll("\\[\\d+]", "[*]");
  }

  private static Optional<Comparison> worst(List<Comparison> all) {
    return all.isEmpty() ? Optional.empty() : Optional.of(new Comparison(
        all.stream().mapToDouble(Comparison::cosine).min().orElseThrow(),
        all.stream().mapToDouble(Comparison::relativeL1).max().orElseThrow(),
        all.stream().mapToDouble(Comparison::rmse).max().orElseThrow(),
        all.stream().mapToDouble(Comparison::sqnrDb).min().orElseThrow(),
        all.stream().map(Comparison::maxAbsError).max(Comparator.naturalOrder()).orElseThrow()));
  }
}
