package sample.fashion;

/**
 * The sizes of a vision transformer on square images.
 *
 * @param image edge of an image
 * @param patch edge of a patch
 * @param width of a token
 * @param heads of attention
 * @param inner width of the feed-forward nets
 * @param layers of attention and a feed-forward net each
 * @param kinds to be told apart
 */
record ModelSizes(int image, int patch, int width, int heads, int inner, int layers, int kinds) {
  /** Those of {@code fashion-vit.nib}. */
  static final ModelSizes SAMPLE = new ModelSizes(28, 7, 64, 4, 128, 2, 10);

  /** Patches of an image. */
  int tokens() {
    return image / patch * (image / patch);
  }
}
