package sample.training;

/**
 * What attention is like.
 *
 * @param width of a token
 * @param heads of queries
 * @param keyHeads of keys and values, which consecutive heads of queries share
 * @param causal whether a token sees those up to itself alone
 * @param rotary whether queries and keys are turned by their positions ("RoFormer: Enhanced Transformer with Rotary
 *     Position Embedding")
 */
public record AttentionSizes(int width, int heads, int keyHeads, boolean causal, boolean rotary) {
  /** Each token sees all, wherever it is. */
  public static AttentionSizes plain(int width, int heads) {
    return new AttentionSizes(width, heads, heads, false, false);
  }

  /** Numbers of a token in each head. */
  public int edge() {
    return width / heads;
  }

  /** Numbers of a token in all heads of keys. */
  public int keyWidth() {
    return edge() * keyHeads;
  }

  /** How many heads of queries have the same keys. */
  public int group() {
    return heads / keyHeads;
  }
}
