package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import nibble.emulator.Argument;
import nibble.emulator.KernelRun;
import nibble.emulator.LaunchConfig;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code vector_add.cu}: one element, four elements, and a loop over elements for each thread. */
class VectorAddTest {
  private static final String SOURCE = "vector_add";

  private static float[] random(long seed, int n) {
    Random random = new Random(seed);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static float[] sum(float[] a, float[] b) {
    float[] sum = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void addsElements(CudaPtx ptx) {
    int n = 1000;
    float[] a = random(1, n);
    float[] b = random(2, n);
    KernelRun.Outcome outcome =
        ptx.kernel("add").grid(8, 128).floats("a", a).floats("b", b).buffer("c", 4 * n).argument(n).run();
    assertArrayEquals(sum(a, b), outcome.floats("c"));
    assertEquals(8, outcome.result().blocks());
    assertEquals(8 * n, outcome.result().globalBytesRead());
    assertEquals(4 * n, outcome.result().globalBytesWritten());
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void addsVectorsOfFour(CudaPtx ptx) {
    int n = 4 * 77;
    float[] a = random(3, n);
    float[] b = random(4, n);
    KernelRun.Outcome outcome =
        ptx.kernel("add_vectors").grid(2, 64).floats("a", a).floats("b", b).buffer("c", 4 * n).argument(n / 4).run();
    assertArrayEquals(sum(a, b), outcome.floats("c"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void loopsOverTheGrid(CudaPtx ptx) {
    int n = 1003;
    Random random = new Random(5);
    double[] x = random.doubles(n).toArray();
    double[] y = random.doubles(n).toArray();
    double[] expected = new double[n];
    for (int i = 0; i < n; i++) {
      expected[i] = Math.fma(0.75, x[i], y[i]);
    }
    KernelRun.Outcome outcome =
        ptx.kernel("saxpy").grid(3, 96)
            .argument(Argument.of(0.75)).doubles("x", x).doubles("y", y).argument(Argument.of((long) n))
            .run();
    assertArrayEquals(expected, outcome.doubles("y"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void numbersThreadsInThreeDimensions(CudaPtx ptx) {
    LaunchConfig.Extent grid = new LaunchConfig.Extent(2, 3, 2);
    LaunchConfig.Extent block = new LaunchConfig.Extent(5, 3, 4);
    int nx = grid.x() * block.x();
    int ny = grid.y() * block.y();
    int nz = grid.z() * block.z();
    int[] expected = new int[nx * ny * nz * 3];
    for (int i = 0; i < nx * ny * nz; i++) {
      expected[3 * i] = i % nx;
      expected[3 * i + 1] = i / nx % ny;
      expected[3 * i + 2] = i / nx / ny;
    }
    KernelRun.Outcome outcome =
        ptx.kernel("number_threads").config(LaunchConfig.of(grid, block))
            .buffer("at", 4 * expected.length).argument(nx).argument(ny)
            .run();
    assertArrayEquals(expected, outcome.ints("at"));
  }
}
