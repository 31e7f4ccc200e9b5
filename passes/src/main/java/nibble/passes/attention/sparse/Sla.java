package nibble.passes.attention.sparse;

import java.util.Optional;
import nibble.ir.Value;
import nibble.passes.PassOption;

/**
 * SLA: attention over the blocks that matter most, linear attention over those that matter less, and nothing over those
 * that matter least. A model that was trained for it has a projection of the linear part; here it is a number times the
 * identity, and 0 is where training starts.
 *
 * @param top share of the blocks of keys that are computed
 * @param bottom share of them that have no part
 * @param profile which of the published ways it is
 * @param map what makes features
 * @param projection factor of the linear part
 * @param queries rows of a block
 * @param keys rows of a block
 */
public record Sla(
    @PassOption(value = "share of the blocks of keys that are computed, rounded down", otherwise = "0.05") double top,
    @PassOption(value = "share of them that have no part, rounded down", otherwise = "0.1") double bottom,
    @PassOption(value = "paper, where the linear part is of the blocks between, or main, where it is of all keys",
        otherwise = "paper") Profile profile,
    @PassOption(value = "what makes features of queries and keys", otherwise = "softmax") LinearBranch.Map map,
    @PassOption(value = "factor of the linear part, which stands for its projection", otherwise = "0.0")
        double projection,
    @PassOption(value = "queries of a block", otherwise = "64") long queries,
    @PassOption(value = "keys of a block", otherwise = "64") long keys) implements SparseAttention {
  private static final double EPSILON = 1e-5;

  /** The published ways. */
  public enum Profile {
    /** The linear part is of the blocks between top and bottom. */
    PAPER,
    /** It is of all keys, as the code of SLA and TurboDiffusion has it; nothing is at the bottom. */
    MAIN
  }

  @Override
  public Optional<String> obstacle(AttentionCall call) {
    return call.unknownExtents().or(call::masked);
  }

  @Override
  public Optional<String> computes(AttentionCall call) {
    long columns = Math.ceilDiv(call.keyCount(), keys);
    String linear = projection == 0 ? ""
        : profile == Profile.MAIN ? ", and a linear part of all"
            : ", and a linear part of all others but " + (long) (bottom * columns);
    return Optional.of(Router.share(call, keys, (long) (top * columns)) + linear + ", " + Router.cost(queries, keys));
  }

  @Override
  public Value build(AttentionCall call, Arithmetic arithmetic) {
    Router router = Router.of(call, arithmetic, queries, keys);
    Ranking ranking = new Ranking(arithmetic, router.scores());
    long columns = router.columns().count();
    Value selected = ranking.top((long) (top * columns));
    Value sparse = router.select(selected);
    if (projection == 0) {
      return sparse;
    }
    LinearBranch branch = new LinearBranch(call, arithmetic, router.rows(), router.columns(), map);
    Value linear = switch (profile) {
      case PAPER -> branch.over(arithmetic.f32(arithmetic.not(arithmetic.or(
          selected, ranking.bottom((long) (bottom * columns))))));
      case MAIN -> branch.overAll(EPSILON);
    };
    Value projected = arithmetic.mul(linear, arithmetic.real(projection));
    return call.toResult(arithmetic, arithmetic.add(arithmetic.f32(sparse), projected));
  }
}
