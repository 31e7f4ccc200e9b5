package nibble.passes.attention.sparse;

import java.util.Optional;
import nibble.ir.Value;
import nibble.ir.op.Compare.Kind;
import nibble.passes.PassOption;

/**
 * SpargeAttention, first stage (section 3.3), and where a filter is given, second stage (section 3.4): means of blocks
 * stand for the blocks in a small attention, whose largest weights say which blocks are computed. Blocks of which the
 * mean says little, because their rows differ, are computed in any case.
 *
 * @param top share of the blocks of keys that each block of queries has; otherwise {@code mass} counts
 * @param mass what the weights of selected blocks add up to at most
 * @param similarity mean cosine of the rows of a block from which on its mean stands for it
 * @param filter how much lower than the largest so far the scores of a block are, of which values are left out
 * @param queries rows of a block
 * @param keys rows of a block
 */
public record Sparge(
    @PassOption("share of the blocks of keys that each block of queries has, rounded down") Optional<Double> top,
    @PassOption(
        value = "what weights of selected blocks add up to at most, where no share is given", otherwise = "0.98")
        double mass,
    @PassOption(value = "mean cosine of rows above which their mean stands for a block", otherwise = "0.6")
        double similarity,
    @PassOption(
        "a negative number: how much lower than the largest so far all scores of a block are whose values are left out")
        Optional<Double> filter,
    @PassOption(value = "queries of a block", otherwise = "128") long queries,
    @PassOption(value = "keys of a block", otherwise = "64") long keys) implements SparseAttention {
  @Override
  public Optional<String> obstacle(AttentionCall call) {
    return call.unknownExtents().or(() -> filter.isPresent() && call.op().fill().isPresent()
        ? Optional.of("a score that fills is as large as it is, and no filter knows") : Optional.empty());
  }

  @Override
  public Optional<String> computes(AttentionCall call) {
    String blocks = top
        .map(share -> Router.share(call, keys, kept(share, Math.ceilDiv(call.keyCount(), keys))))
        .orElse("blocks of keys up to a mass of " + mass);
    return Optional.of(blocks + ", and those whose rows differ"
        + filter.map(below -> ", without values where scores are " + -below + " below the largest").orElse("")
        + ", " + Router.cost(queries, keys));
  }

  private static long kept(double share, long columns) {
    return Math.max(1, (long) (share * columns));
  }

  @Override
  public Value build(AttentionCall call, Arithmetic arithmetic) {
    Router router = Router.of(call, arithmetic, queries, keys);
    return router.select(bitmap(router), filter);
  }

  /** Which blocks are computed, {@code [.., Hq, Mq, Mk]}. */
  Value bitmap(Router router) {
    Arithmetic arithmetic = router.arithmetic();
    Value least = arithmetic.real(similarity);
    Value isSimple = arithmetic.compare(
        Kind.GT, arithmetic.transpose(router.columns().similarity(router.keys())), least);
    Value isRowSimple = arithmetic.compare(Kind.GT, router.rows().similarity(router.queries()), least);
    Value visible = router.visible();
    Value weights = router.weights(arithmetic.and(isSimple, visible));
    Ranking ranking = new Ranking(arithmetic, weights);
    long columns = router.columns().count();
    Value chosen = top.map(share -> ranking.top(kept(share, columns)))
        .orElseGet(() -> ranking.massUpTo(mass));
    Value isForced = arithmetic.not(arithmetic.and(isSimple, isRowSimple));
    return arithmetic.and(arithmetic.or(chosen, isForced), visible);
  }
}
