package sample.video;

import java.util.random.RandomGenerator;

/**
 * A video of latents: a still background, smooth in space, before which a square moves a patch down and a patch right
 * with each frame. Channels are cosines and sines of two angles, so that all latents are of one length.
 *
 * @param latents frame by frame, row by row, patch by patch, channel by channel
 */
public record SyntheticVideo(float[] latents) {
  /** Frames, rows, patches in a row, channels. */
  public static final int FRAMES = 8;

  public static final int EDGE = 8;
  public static final int CHANNELS = 4;

  /** Patches of the square on an edge. */
  private static final int SQUARE = 3;

  /** A video whose background and square are drawn at random. */
  public static SyntheticVideo clean(RandomGenerator random) {
    float[] latents = new float[FRAMES * EDGE * EDGE * CHANNELS];
    for (int channel = 0; channel < CHANNELS; channel += 2) {
      double phase = 2 * Math.PI * random.nextDouble();
      double down = random.nextDouble(0.1, 0.5);
      double right = random.nextDouble(0.1, 0.5);
      double square = 2 * Math.PI * random.nextDouble();
      for (int token = 0; token < FRAMES * EDGE * EDGE; token++) {
        int frame = token / (EDGE * EDGE);
        int row = token / EDGE % EDGE;
        int column = token % EDGE;
        boolean isSquare = isWithin(row - frame) && isWithin(column - frame);
        double angle = isSquare ? square : down * row + right * column + phase;
        latents[token * CHANNELS + channel] = (float) Math.cos(angle);
        latents[token * CHANNELS + channel + 1] = (float) Math.sin(angle);
      }
    }
    return new SyntheticVideo(latents);
  }

  private static boolean isWithin(int offset) {
    return Math.floorMod(offset, EDGE) < SQUARE;
  }

  /** The video with Gaussian noise. */
  public SyntheticVideo noisy(double deviation, RandomGenerator random) {
    float[] noisy = new float[latents.length];
    for (int i = 0; i < noisy.length; i++) {
      noisy[i] = (float) (latents[i] + deviation * random.nextGaussian());
    }
    return new SyntheticVideo(noisy);
  }

  /** The mean square of the difference from another video. */
  public double meanSquareError(float[] other) {
    double sum = 0;
    for (int i = 0; i < latents.length; i++) {
      sum += (latents[i] - other[i]) * (double) (latents[i] - other[i]);
    }
    return sum / latents.length;
  }
}
