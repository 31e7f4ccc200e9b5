package sample.text;

import sample.training.AttentionSizes;

/**
 * The sizes of a decoder of characters.
 *
 * @param characters that there are
 * @param width of a token
 * @param heads of queries
 * @param keyHeads of keys and values
 * @param inner width of the feed-forward nets
 * @param layers of attention and a feed-forward net each
 */
record DecoderSizes(int characters, int width, int heads, int keyHeads, int inner, int layers) {
  /** Those of {@code text-decoder.nib}. */
  static final DecoderSizes SAMPLE = new DecoderSizes(128, 128, 4, 2, 256, 3);

  AttentionSizes attention() {
    return new AttentionSizes(width, heads, keyHeads, true, true);
  }
}
