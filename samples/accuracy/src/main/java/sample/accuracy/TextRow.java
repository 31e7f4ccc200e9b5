package sample.accuracy;

/**
 * What a decoder says of the characters of a text.
 *
 * @param recipe its name
 * @param entropy mean of the negative logarithm of the probability of each character, in nats
 * @param right characters that it holds most probable
 * @param same characters of which it says the same as without a recipe
 * @param characters how many there are
 */
record TextRow(String recipe, double entropy, int right, int same, int characters) {
  double percent() {
    return 100.0 * right / characters;
  }

  /** Of the entropy in the four digits that the page has, so that it reads back. */
  double perplexity() {
    return Math.exp(Math.round(entropy * 1e4) / 1e4);
  }
}
