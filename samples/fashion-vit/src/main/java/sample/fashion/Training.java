package sample.fashion;

import java.util.SplittableRandom;
import sample.training.AdamW;

/**
 * Trains a model by AdamW, with a learning rate that rises for a while and then falls as a cosine. The random numbers
 * are those of {@code seed}, and the sums are always in the same order, so the same arguments give the same weights.
 */
final class Training {
  private static final double RATE = 3e-3;
  private static final double DECAY = 0.05;
  private static final int WARM_UP = 200;

  private final int batch;
  private final VisionTransformer model;
  private final FashionImages images;
  private final SplittableRandom random;

  Training(ModelSizes sizes, int batch, FashionImages images, long seed) {
    this.batch = batch;
    this.images = images;
    random = new SplittableRandom(seed);
    model = new VisionTransformer(batch, sizes, random);
  }

  VisionTransformer model() {
    return model;
  }

  /** Hears of each epoch. */
  interface Listener {
    void epoch(int index, double loss);
  }

  void run(int epochs, Listener listener) {
    int[] order = new int[images.count()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    int perEpoch = order.length / batch;
    float[] pixels = new float[batch * images.edge() * images.edge()];
    byte[] labels = new byte[batch];
    AdamW steps = new AdamW(model.parameters(), new AdamW.Schedule(RATE, DECAY, WARM_UP, epochs * perEpoch));
    for (int epoch = 0; epoch < epochs; epoch++) {
      shuffle(order);
      double loss = 0;
      for (int first = 0; first + batch <= order.length; first += batch) {
        for (int i = 0; i < batch; i++) {
          int image = order[first + i];
          images.copy(image, random.nextBoolean(), pixels, i * images.edge() * images.edge());
          labels[i] = images.labels()[image];
        }
        model.forward(pixels);
        loss += model.backward(labels);
        steps.step();
      }
      listener.epoch(epoch, loss / perEpoch);
    }
  }

  private void shuffle(int[] order) {
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
  }

  /** The share of images that the model knows the kind of; those that fill no batch are left out. */
  double accuracy(FashionImages tests) {
    float[] pixels = new float[batch * tests.edge() * tests.edge()];
    int right = 0;
    int seen = 0;
    for (int first = 0; first + batch <= tests.count(); first += batch) {
      for (int i = 0; i < batch; i++) {
        tests.copy(first + i, false, pixels, i * tests.edge() * tests.edge());
      }
      float[] logits = model.forward(pixels);
      int kinds = logits.length / batch;
      for (int i = 0; i < batch; i++) {
        seen++;
        right += largest(logits, i * kinds, kinds) == tests.labels()[first + i] ? 1 : 0;
      }
    }
    return (double) right / seen;
  }

  /** The index, from 0, of the largest of some numbers; of equal ones the first. */
  static int largest(float[] x, int from, int length) {
    int best = 0;
    for (int i = 1; i < length; i++) {
      if (x[from + i] > x[from + best]) {
        best = i;
      }
    }
    return best;
  }
}
