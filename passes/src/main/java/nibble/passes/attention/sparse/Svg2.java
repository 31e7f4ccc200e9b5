package nibble.passes.attention.sparse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.Value;
import nibble.ir.op.Compare.Kind;
import nibble.passes.PassOption;

/**
 * Sparse VideoGen2: queries and keys in clusters that are alike, each cluster in blocks of its own, and of the clusters
 * of keys those whose estimated weights make a mass. Inside of selected clusters attention is what it is. Between two
 * clusters lies what fills a block up, which nobody sees.
 *
 * @param queryClusters clusters of queries
 * @param keyClusters clusters of keys
 * @param mass what weights of kept clusters of keys make
 * @param least share of the clusters of keys that are kept in any case
 * @param iterations of k-means
 * @param queries rows of a block
 * @param keys rows of a block
 */
public record Svg2(
    @PassOption(value = "clusters of queries", otherwise = "100") long queryClusters,
    @PassOption(value = "clusters of keys", otherwise = "500") long keyClusters,
    @PassOption(value = "what estimated weights of kept clusters make", otherwise = "0.9") double mass,
    @PassOption(value = "share of the clusters of keys that are kept in any case, rounded down", otherwise = "0.1")
        double least,
    @PassOption(value = "iterations of k-means", otherwise = "4") long iterations,
    @PassOption(value = "queries of a block", otherwise = "64") long queries,
    @PassOption(value = "keys of a block", otherwise = "16") long keys) implements SparseAttention {
  /** The least divisor of estimated weights. */
  private static final double LEAST = 1e-12;

  @Override
  public Optional<String> obstacle(AttentionCall call) {
    return call.unknownExtents().or(() -> {
      if (call.op().hides(call.operands().stream().map(Value::tensorType).toList()) || call.mask().isPresent()) {
        return Optional.of("its queries and keys change their places, and no mask knows");
      }
      return queryClusters <= call.queryCount() && keyClusters <= call.keyCount() ? Optional.empty() : Optional.of(
          "there are fewer than " + queryClusters + " queries or " + keyClusters + " keys for as many clusters");
    });
  }

  @Override
  public Optional<String> computes(AttentionCall call) {
    return Optional.of(keyClusters + " clusters of keys up to a mass of " + mass + " and "
        + (long) (least * keyClusters) + " at least, found by " + iterations + " iterations of k-means");
  }

  @Override
  public Value build(AttentionCall call, Arithmetic arithmetic) {
    Blocks all = new Blocks(arithmetic, call.keyCount(), keys);
    Value k = all.repeated(call.keys(), call.leading());
    Value v = all.repeated(call.values(), call.leading());
    Clusters ofQueries = Clusters.of(arithmetic, arithmetic.f32(call.queries()), queryClusters, iterations, queries);
    Clusters ofKeys = Clusters.of(arithmetic, arithmetic.f32(k), keyClusters, iterations, keys);
    Value products = arithmetic.matmul(ofQueries.centroids(), ofKeys.centroids(), true);
    Value scores = arithmetic.mul(products, arithmetic.real(call.op().scale()));
    Value selected = selected(arithmetic, weights(arithmetic, scores, ofKeys.sizes()));
    Value ofBlocks = arithmetic.matmul(
        arithmetic.matmul(arithmetic.f32(ofQueries.blocksByCluster()), arithmetic.f32(selected), false),
        arithmetic.f32(ofKeys.blocksByCluster()), true);
    Value bitmap = arithmetic.compare(Kind.GT, ofBlocks, arithmetic.real(0.5));
    Clusters.Layout queryLayout = ofQueries.layout();
    Clusters.Layout keyLayout = ofKeys.layout();
    Value keyRows = keyLayout.rows();
    List<Value> operands = new ArrayList<>(List.of(
        arithmetic.rows(call.queries(), queryLayout.rows()), arithmetic.rows(k, keyRows),
        arithmetic.rows(v, keyRows), arithmetic.axis(keyLayout.isFilled(), -2), bitmap));
    Value result = arithmetic.builder().add(call.op().withBlocks(queries, keys), operands.toArray(Value[]::new));
    return arithmetic.rows(result, queryLayout.ofRows());
  }

  /**
   * The weights that clusters of keys have for clusters of queries if their members are all alike, {@code [.., Cq,
   * Ck]}: each counts as often as it has members.
   *
   * @param products of centroids, scaled
   * @param ofKeys sizes of clusters of keys, {@code [.., Ck]}
   */
  static Value weights(Arithmetic arithmetic, Value products, Value ofKeys) {
    Value sizes = arithmetic.axis(ofKeys, -2);
    Value isEmpty = arithmetic.compare(Kind.EQ, sizes, arithmetic.integer(0));
    Value scores = arithmetic.select(isEmpty, arithmetic.real(Router.NONE), products);
    Value shifted = arithmetic.sub(scores, arithmetic.axis(arithmetic.max(scores, -1), -1));
    Value masses = arithmetic.mul(arithmetic.f32(sizes), arithmetic.exp(shifted));
    Value sum = arithmetic.maximum(arithmetic.axis(arithmetic.sum(masses, -1), -1), arithmetic.real(LEAST));
    return arithmetic.div(masses, sum);
  }

  private Value selected(Arithmetic arithmetic, Value weights) {
    Ranking ranking = new Ranking(arithmetic, weights);
    return arithmetic.or(ranking.nucleus(mass, Kind.LE), ranking.top((long) (least * keyClusters)));
  }
}
