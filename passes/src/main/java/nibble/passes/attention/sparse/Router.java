package nibble.passes.attention.sparse;

import java.util.Optional;
import nibble.ir.Value;

/**
 * The small attention of means of blocks, of queries and of keys less their mean, that tells which blocks matter.
 *
 * @param call the attention
 * @param arithmetic appends ops
 * @param rows blocks of queries
 * @param columns blocks of keys
 */
record Router(AttentionCall call, Arithmetic arithmetic, Blocks rows, Blocks columns) {
  static Router of(AttentionCall call, Arithmetic arithmetic, long queries, long keys) {
    return new Router(
        call, arithmetic, new Blocks(arithmetic, call.queryCount(), queries),
        new Blocks(arithmetic, call.keyCount(), keys));
  }

  /** Keys in f32, less their mean, for each head of queries. */
  Value keys() {
    return columns.repeated(columns.smooth(arithmetic.f32(call.keys())), call.leading());
  }

  Value queries() {
    return arithmetic.f32(call.queries());
  }

  /** Scores of blocks, {@code [.., Hq, Mq, Mk]}. */
  Value scores() {
    Value products = arithmetic.matmul(rows.means(queries()), columns.means(keys()), true);
    return arithmetic.mul(products, arithmetic.real(call.op().scale()));
  }

  /** Blocks that positions do not hide. */
  Value visible() {
    return call.visible(arithmetic, rows.size(), columns.size());
  }

  /** Weights of blocks, with nothing for those that are hidden. */
  Value weights() {
    return weights(visible());
  }

  /** Weights of blocks that count. */
  Value weights(Value count) {
    return arithmetic.softmax(arithmetic.select(count, scores(), arithmetic.real(NONE)));
  }

  /** What it costs to find blocks: products of means beside products of rows. */
  static String cost(long queries, long keys) {
    return "found by means of blocks of " + queries + " by " + keys + ", a product for each " + queries * keys
        + " scores";
  }

  /** So many blocks of keys, of all. */
  static String share(AttentionCall call, long keys, long kept) {
    return kept + " of " + Math.ceilDiv(call.keyCount(), keys) + " blocks of keys";
  }

  /** A score that leaves no weight, and is a number all the same. */
  static final double NONE = -0x1p100;

  /** The attention over selected blocks. */
  Value select(Value bitmap) {
    return select(bitmap, Optional.empty());
  }

  /** The same with a filter of blocks whose scores are so much lower than others. */
  Value select(Value bitmap, Optional<Double> filter) {
    return call.select(arithmetic, bitmap, rows.size(), columns.size(), filter);
  }
}
