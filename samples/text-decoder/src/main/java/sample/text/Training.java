package sample.text;

import java.util.SplittableRandom;
import sample.training.AdamW;

/**
 * Trains a decoder on passages that begin anywhere in a text. The random numbers are those of {@code seed}, and the
 * sums are always in the same order, so the same arguments give the same weights.
 */
final class Training {
  private static final double RATE = 3e-3;
  private static final double DECAY = 0;
  private static final int WARM_UP = 100;

  private final int sequences;
  private final int tokens;
  private final Decoder model;
  private final byte[] text;
  private final SplittableRandom random;
  private final byte[] characters;
  private final byte[] next;

  Training(DecoderSizes sizes, int sequences, int tokens, byte[] text, long seed) {
    this.sequences = sequences;
    this.tokens = tokens;
    this.text = text;
    random = new SplittableRandom(seed);
    model = new Decoder(sequences, tokens, sizes, random);
    characters = new byte[sequences * tokens];
    next = new byte[sequences * tokens];
  }

  Decoder model() {
    return model;
  }

  /** Hears of each step. */
  interface Listener {
    void step(int index, double loss);
  }

  void run(int steps, Listener listener) {
    AdamW moves = new AdamW(model.parameters(), new AdamW.Schedule(RATE, DECAY, WARM_UP, steps));
    for (int step = 0; step < steps; step++) {
      for (int i = 0; i < sequences; i++) {
        copy(text, random.nextInt(text.length - tokens), i);
      }
      model.forward(characters);
      double loss = model.backward(characters, next);
      moves.step();
      listener.step(step, loss);
    }
  }

  /**
   * The mean cross-entropy of passages that follow each other, from the first on; those that fill no batch are left
   * out.
   */
  double loss(byte[] other, int batches) {
    double sum = 0;
    for (int batch = 0; batch < batches; batch++) {
      for (int i = 0; i < sequences; i++) {
        copy(other, (batch * sequences + i) * tokens, i);
      }
      model.forward(characters);
      sum += model.crossEntropy(next);
    }
    return sum / batches;
  }

  private void copy(byte[] from, int at, int sequence) {
    System.arraycopy(from, at, characters, sequence * tokens, tokens);
    System.arraycopy(from, at + 1, next, sequence * tokens, tokens);
  }
}
