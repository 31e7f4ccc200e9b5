package sample.training;

/** Turns the numbers i and i + E/2 of each head by the angle {@code position * 10000^(-2i/E)}. */
final class Rotation {
  private static final double BASE = 10000;
  private final int half;
  private final float[] cosine;
  private final float[] sine;

  Rotation(int positions, int edge) {
    half = edge / 2;
    cosine = new float[positions * half];
    sine = new float[positions * half];
    for (int position = 0; position < positions; position++) {
      for (int i = 0; i < half; i++) {
        double angle = position * StrictMath.pow(BASE, -2.0 * i / edge);
        cosine[position * half + i] = (float) StrictMath.cos(angle);
        sine[position * half + i] = (float) StrictMath.sin(angle);
      }
    }
  }

  /**
   * Turns rows in place.
   *
   * @param width of a row, which is whole heads
   * @param back whether by the negative angle, as gradients are
   */
  void turn(float[] x, int rows, int width, boolean back) {
    int positions = cosine.length / half;
    for (int row = 0; row < rows; row++) {
      int angle = row % positions * half;
      for (int head = row * width; head < (row + 1) * width; head += 2 * half) {
        for (int i = 0; i < half; i++) {
          float c = cosine[angle + i];
          float s = back ? -sine[angle + i] : sine[angle + i];
          float low = x[head + i];
          float high = x[head + half + i];
          x[head + i] = low * c - high * s;
          x[head + half + i] = high * c + low * s;
        }
      }
    }
  }
}
