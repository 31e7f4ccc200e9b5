package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import nibble.emulator.KernelRun;
import nibble.emulator.LaunchConfig;
import nibble.emulator.table.Fidelity;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code softmax.cu}: exponentials, exact and approximate, reductions, loops of uneven length. */
class SoftmaxTest {
  private static final String SOURCE = "softmax";

  private static float[] random(long seed, int n) {
    Random random = new Random(seed);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = 4 * (float) random.nextGaussian();
    }
    return values;
  }

  private static double[] softmax(float[] in, int from, int count) {
    double most = IntStream.range(from, from + count).mapToDouble(i -> in[i]).max().orElseThrow();
    double[] terms = IntStream.range(from, from + count).mapToDouble(i -> Math.exp(in[i] - most)).toArray();
    double sum = Arrays.stream(terms).sum();
    return Arrays.stream(terms).map(it -> it / sum).toArray();
  }

  /**
   * Compares. An exponential is off by 2 ulp and by the rounding of its argument, at most 40 here, which {@code __expf}
   * multiplies first; a sum adds an ulp for each of its additions in a row.
   */
  private static void check(float[] in, float[] out, int columns, double ulps) {
    for (int row = 0; row < in.length / columns; row++) {
      double[] expected = softmax(in, row * columns, columns);
      double sum = 0;
      for (int i = 0; i < columns; i++) {
        double found = out[row * columns + i];
        double bound = ulps * 0x1p-24 * expected[i] + Float.MIN_NORMAL;
        assertTrue(
            Math.abs(found - expected[i]) <= bound,
            "row " + row + ", column " + i + ": " + found + ", not " + expected[i] + " within " + bound);
        sum += found;
      }
      assertEquals(1, sum, ulps * 0x1p-24);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void aWarpForEachRow(CudaPtx ptx) {
    int rows = 7;
    int columns = 77;
    float[] in = random(1, rows * columns);
    LaunchConfig config =
        LaunchConfig.of(new LaunchConfig.Extent(2, 1, 1), new LaunchConfig.Extent(32, 4, 1));
    KernelRun.Outcome outcome =
        ptx.kernel("softmax").config(config)
            .floats("in", in).buffer("out", 4 * in.length).argument(rows).argument(columns)
            .run();
    check(in, outcome.floats("out"), columns, ptx.isFast() ? 256 : 24);
    assertTrue(outcome.result().fidelity().get(Fidelity.APPROXIMATE) > 0);
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void aBlockForEachRowInOnePass(CudaPtx ptx) {
    int rows = 3;
    int columns = 500;
    float[] in = random(2, rows * columns);
    // A row whose largest element comes last.
    in[columns - 1] = 30;
    KernelRun.Outcome outcome =
        ptx.kernel("softmax_online").grid(rows, 128)
            .floats("in", in).buffer("out", 4 * in.length).argument(columns)
            .run();
    check(in, outcome.floats("out"), columns, 256);
  }
}
