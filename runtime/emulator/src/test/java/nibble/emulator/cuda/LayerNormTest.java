package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import nibble.emulator.Argument;
import nibble.emulator.KernelRun;
import org.junit.jupiter.params.ParameterizedTest;

/** The kernel of {@code layer_norm.cu}: structures in shared memory and through shuffles, division, vectors of four. */
class LayerNormTest {
  private static float[] random(Random random, int n, double mean) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (mean + random.nextGaussian());
    }
    return values;
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource("layer_norm")
  void normalisesRows(CudaPtx ptx) {
    int rows = 3;
    int columns = 4 * 150;
    float epsilon = 1e-5f;
    Random random = new Random(1);
    float[] in = random(random, rows * columns, 3);
    float[] scale = random(random, columns, 1);
    float[] shift = random(random, columns, 0);
    KernelRun.Outcome outcome =
        ptx.kernel("layer_norm").grid(rows, 128)
            .floats("in", in).floats("scale", scale).floats("shift", shift).buffer("out", 4 * in.length)
            .argument(columns / 4).argument(Argument.of(epsilon))
            .run();
    float[] out = outcome.floats("out");
    for (int row = 0; row < rows; row++) {
      double mean = 0;
      double square = 0;
      for (int i = 0; i < columns; i++) {
        mean += in[row * columns + i] / (double) columns;
      }
      for (int i = 0; i < columns; i++) {
        double gap = in[row * columns + i] - mean;
        square += gap * gap / columns;
      }
      for (int i = 0; i < columns; i++) {
        double expected = (in[row * columns + i] - mean) / Math.sqrt(square + epsilon) * scale[i] + shift[i];
        // Elements are below 8, the mean and its square are sums of about ten merges of rounded terms.
        assertEquals(expected, out[row * columns + i], 64 * 8 * 0x1p-24);
      }
    }
  }
}
