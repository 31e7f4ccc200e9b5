package sample.accuracy;

/**
 * What a classifier says of the test images.
 *
 * @param recipe its name
 * @param right images that are told right
 * @param same images of which it says the same as without a recipe
 * @param images how many there are
 */
record ImageRow(String recipe, int right, int same, int images) {
  double percent() {
    return 100.0 * right / images;
  }
}
