package nibble.passes.attention.sparse;

import java.util.Optional;
import nibble.ir.Value;
import nibble.passes.PassOption;

/**
 * SLA2: {@code a * sparse + (1 - a) * linear}, the linear part over all blocks that are not selected. A model that was
 * trained for it has learned the projections of the router and {@code a}, one for each block of queries; here
 * projections are the identity, and {@code a} is what it has to learn, the share of the weights that selected blocks
 * have, as the router estimates it.
 *
 * @param top share of the blocks of keys that are computed
 * @param map what makes features
 * @param queries rows of a block
 * @param keys rows of a block
 */
public record Sla2(
    @PassOption(value = "share of the blocks of keys that are computed, rounded down", otherwise = "0.03") double top,
    @PassOption(value = "what makes features of queries and keys", otherwise = "softmax") LinearBranch.Map map,
    @PassOption(value = "queries of a block", otherwise = "128") long queries,
    @PassOption(value = "keys of a block", otherwise = "64") long keys) implements SparseAttention {
  @Override
  public Optional<String> obstacle(AttentionCall call) {
    return call.unknownExtents().or(call::masked);
  }

  @Override
  public Optional<String> computes(AttentionCall call) {
    return Optional.of(Router.share(call, keys, (long) (top * Math.ceilDiv(call.keyCount(), keys)))
        + ", and a linear part of all others, " + Router.cost(queries, keys));
  }

  @Override
  public Value build(AttentionCall call, Arithmetic arithmetic) {
    Router router = Router.of(call, arithmetic, queries, keys);
    Value weights = router.weights();
    Value selected = new Ranking(arithmetic, weights).top((long) (top * router.columns().count()));
    Value isSelected = arithmetic.f32(selected);
    Value share = arithmetic.axis(arithmetic.sum(arithmetic.mul(weights, isSelected), -1), -1);
    LinearBranch branch = new LinearBranch(call, arithmetic, router.rows(), router.columns(), map);
    Value linear = branch.over(arithmetic.sub(arithmetic.real(1), isSelected));
    return mixed(call, arithmetic, router.rows(), share, arithmetic.f32(router.select(selected)), linear);
  }

  /** The mix of both parts by a share of each block of queries, {@code [.., Mq, 1]}. */
  static Value mixed(AttentionCall call, Arithmetic arithmetic, Blocks rows, Value share, Value sparse, Value linear) {
    Value a = arithmetic.axis(share, -2);
    Value mix = arithmetic.add(
        arithmetic.mul(a, rows.of(sparse)),
        arithmetic.mul(arithmetic.sub(arithmetic.real(1), a), rows.of(linear)));
    return call.toResult(arithmetic, rows.rows(mix));
  }
}
