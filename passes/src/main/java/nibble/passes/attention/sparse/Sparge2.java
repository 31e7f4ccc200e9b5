package nibble.passes.attention.sparse;

import java.util.Optional;
import nibble.ir.Value;
import nibble.ir.op.Compare.Kind;
import nibble.passes.PassOption;

/**
 * SpargeAttention2: blocks of keys that are among the largest so many, or among the largest whose weights reach a mass.
 * Where weights are alike, the first rule keeps too little, and where few are large, the second.
 *
 * @param top share of the blocks of keys, of which one at least is kept
 * @param mass what weights of kept blocks reach
 * @param queries rows of a block
 * @param keys rows of a block
 */
public record Sparge2(
    @PassOption(value = "share of the blocks of keys that are kept at least, rounded", otherwise = "0.03") double top,
    @PassOption(value = "what weights of kept blocks reach", otherwise = "0.2") double mass,
    @PassOption(value = "queries of a block", otherwise = "128") long queries,
    @PassOption(value = "keys of a block", otherwise = "64") long keys) implements SparseAttention {
  @Override
  public Optional<String> obstacle(AttentionCall call) {
    return call.unknownExtents();
  }

  @Override
  public Optional<String> computes(AttentionCall call) {
    return Optional.of(Router.share(call, keys, kept(Math.ceilDiv(call.keyCount(), keys)))
        + ", or more up to a mass of " + mass
        + ", " + Router.cost(queries, keys));
  }

  private long kept(long columns) {
    return Math.max(1, Math.round(top * columns));
  }

  @Override
  public Value build(AttentionCall call, Arithmetic arithmetic) {
    Router router = Router.of(call, arithmetic, queries, keys);
    return router.select(arithmetic.and(bitmap(router), router.visible()));
  }

  /** Which blocks are computed, {@code [.., Hq, Mq, Mk]}. */
  Value bitmap(Router router) {
    Arithmetic arithmetic = router.arithmetic();
    Ranking ranking = new Ranking(arithmetic, router.weights());
    Value largest = ranking.top(kept(router.columns().count()));
    return arithmetic.or(largest, ranking.nucleus(mass, Kind.LT));
  }
}
