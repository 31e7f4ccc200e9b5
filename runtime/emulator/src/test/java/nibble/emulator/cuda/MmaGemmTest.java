package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import nibble.emulator.KernelRun;
import nibble.emulator.LaunchConfig;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code mma.cu}: inline assembly, asynchronous copies in stages, {@code ldmatrix}, {@code mma}. */
class MmaGemmTest {
  private static final String SOURCE = "mma";

  private static KernelRun run(CudaPtx ptx, String kernel, int across, int down) {
    LaunchConfig config =
        LaunchConfig.of(new LaunchConfig.Extent(across, down, 1), new LaunchConfig.Extent(32, 1, 1));
    return ptx.kernel(kernel).config(config);
  }

  /** Integers that are small enough for every sum to be exact in single precision. */
  private static short[] halves(Random random, int count) {
    short[] halves = new short[count];
    for (int i = 0; i < count; i++) {
      halves[i] = Float.floatToFloat16(random.nextInt(-20, 21));
    }
    return halves;
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void multipliesHalvesInStages(CudaPtx ptx) {
    int m = 32;
    int n = 24;
    for (int k : new int[] {16, 32, 48, 112}) {
      Random random = new Random(k);
      short[] a = halves(random, m * k);
      short[] b = halves(random, k * n);
      float[] expected = new float[m * n];
      for (int i = 0; i < m * n; i++) {
        for (int j = 0; j < k; j++) {
          expected[i] += Float.float16ToFloat(a[i / n * k + j]) * Float.float16ToFloat(b[j * n + i % n]);
        }
      }
      KernelRun.Outcome outcome =
          run(ptx, "gemm_f16", n / 8, m / 16)
              .shorts("a", a).shorts("b", b).buffer("d", 4 * m * n).argument(n).argument(k)
              .run();
      assertArrayEquals(expected, outcome.floats("d"));
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void multipliesSparseHalves(CudaPtx ptx) {
    Random random = new Random(2);
    short[] kept = halves(random, 16 * 16);
    short[] b = halves(random, 32 * 8);
    // Two of each four elements of a row of 32.
    float[] dense = new float[16 * 32];
    int[] rows = new int[16 * 2];
    for (int row = 0; row < 16; row++) {
      for (int group = 0; group < 8; group++) {
        int first = random.nextInt(3);
        int second = random.nextInt(first + 1, 4);
        dense[row * 32 + 4 * group + first] = Float.float16ToFloat(kept[row * 16 + 2 * group]);
        dense[row * 32 + 4 * group + second] = Float.float16ToFloat(kept[row * 16 + 2 * group + 1]);
        rows[row * 2 + group / 4] |= (first | second << 2) << 4 * (group % 4);
      }
    }
    // With selector 0 the first two lanes of each four hold it: lane 4g for columns 0 to 15, lane 4g + 1 for the
    // others; row g is in the low half, row g + 8 in the high one.
    int[] metadata = new int[32];
    for (int lane = 0; lane < 32; lane++) {
      int g = lane / 4;
      metadata[lane] = lane % 4 < 2 ? rows[g * 2 + lane % 2] | rows[(g + 8) * 2 + lane % 2] << 16 : -1;
    }
    float[] expected = new float[16 * 8];
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < 32; j++) {
        expected[i] += dense[i / 8 * 32 + j] * Float.float16ToFloat(b[j * 8 + i % 8]);
      }
    }
    KernelRun.Outcome outcome =
        run(ptx, "gemm_sparse", 1, 1)
            .shorts("a", kept).ints("metadata", metadata).shorts("b", b).buffer("d", 4 * 128)
            .run();
    assertArrayEquals(expected, outcome.floats("d"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void multipliesBytesAndSaturates(CudaPtx ptx) {
    int m = 16;
    int n = 16;
    int k = 96;
    byte[] a = new byte[m * k];
    byte[] b = new byte[n * k];
    Random random = new Random(3);
    random.nextBytes(a);
    random.nextBytes(b);
    int[] expected = new int[m * n];
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < k; j++) {
        expected[i] += a[i / n * k + j] * b[i % n * k + j];
      }
    }
    KernelRun.Outcome outcome =
        run(ptx, "gemm_s8", n / 8, m / 16)
            .buffer("a", a).buffer("b", b).buffer("d", 4 * m * n).argument(n).argument(k)
            .run();
    assertArrayEquals(expected, outcome.ints("d"));
  }
}
