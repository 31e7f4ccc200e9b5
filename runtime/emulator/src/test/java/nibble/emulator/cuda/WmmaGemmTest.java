package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import nibble.emulator.KernelRun;
import nibble.emulator.LaunchConfig;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code wmma_gemm.cu}: tensor cores through fragments, for all types and shapes that sm_80 has. */
class WmmaGemmTest {
  private static final String SOURCE = "wmma_gemm";

  /** Sums are cut off, not rounded, at the last bit of single precision. */
  private static final double SINGLE = 0x1p-23;

  private static final double HALF = 0x1p-10;

  private static KernelRun run(CudaPtx ptx, String kernel, int across, int down) {
    LaunchConfig config =
        LaunchConfig.of(new LaunchConfig.Extent(across, down, 1), new LaunchConfig.Extent(32, 1, 1));
    return ptx.kernel(kernel).config(config);
  }

  private static byte[] bytes(double[] values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) (int) values[i];
    }
    return bytes;
  }

  private static int[] ints(double[] values) {
    int[] ints = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      ints[i] = (int) values[i];
    }
    return ints;
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static short[] halves(double[] values) {
    short[] halves = new short[values.length];
    for (int i = 0; i < values.length; i++) {
      halves[i] = Float.floatToFloat16((float) values[i]);
    }
    return halves;
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  private static double[] doubles(short[] halves) {
    double[] doubles = new double[halves.length];
    for (int i = 0; i < halves.length; i++) {
      doubles[i] = Float.float16ToFloat(halves[i]);
    }
    return doubles;
  }

  private static double half(double x) {
    return Float.float16ToFloat(Float.floatToFloat16((float) x));
  }

  /** Of a float the bits that bf16 (7 bits behind the point) or tf32 (10) keep. */
  private static DoubleUnaryOperator truncated(int bits) {
    return x -> Float.intBitsToFloat(Float.floatToRawIntBits((float) x) & -1 << 23 - bits);
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void multipliesSignedBytes(CudaPtx ptx) {
    multiplyBytes(ptx, "gemm_s8", 16, 16, x -> Math.clamp(Math.rint(60 * x), -128, 127));
    multiplyBytes(ptx, "gemm_s8_tall", 32, 8, x -> Math.clamp(Math.rint(60 * x), -128, 127));
    multiplyBytes(ptx, "gemm_s8_wide", 8, 32, x -> Math.clamp(Math.rint(60 * x), -128, 127));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void multipliesUnsignedBytes(CudaPtx ptx) {
    multiplyBytes(ptx, "gemm_u8", 16, 16, x -> Math.clamp(Math.rint(128 + 60 * x), 0, 255));
  }

  private static void multiplyBytes(
      CudaPtx ptx, String kernel, int tileRows, int tileColumns, DoubleUnaryOperator format) {
    Gemm gemm = Gemm.random(1, 2 * tileRows, 3 * tileColumns, 48, format);
    KernelRun.Outcome outcome =
        run(ptx, kernel, 3, 2)
            .buffer("a", bytes(gemm.a())).buffer("b", bytes(gemm.b())).ints("c", ints(gemm.c()))
            .buffer("d", 4 * gemm.m() * gemm.n()).argument(gemm.n()).argument(gemm.k())
            .run();
    gemm.check(outcome.ints("d"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void multipliesHalves(CudaPtx ptx) {
    multiplyHalves(ptx, "gemm_f16", 16, 16);
    multiplyHalves(ptx, "gemm_f16_tall", 32, 8);
    multiplyHalves(ptx, "gemm_f16_wide", 8, 32);
  }

  private static void multiplyHalves(CudaPtx ptx, String kernel, int tileRows, int tileColumns) {
    Gemm gemm = Gemm.random(2, 2 * tileRows, 2 * tileColumns, 64, WmmaGemmTest::half);
    KernelRun.Outcome outcome =
        run(ptx, kernel, 2, 2)
            .shorts("a", halves(gemm.a())).shorts("b", halves(gemm.b())).floats("c", floats(gemm.c()))
            .buffer("d", 4 * gemm.m() * gemm.n()).argument(gemm.n()).argument(gemm.k())
            .run();
    gemm.check(doubles(outcome.floats("d")), SINGLE);
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void smallIntegersInHalvesAreExact(CudaPtx ptx) {
    Gemm gemm = Gemm.random(3, 16, 16, 128, x -> Math.rint(8 * x));
    KernelRun.Outcome outcome =
        run(ptx, "gemm_f16", 1, 1)
            .shorts("a", halves(gemm.a())).shorts("b", halves(gemm.b())).floats("c", floats(gemm.c()))
            .buffer("d", 4 * 256).argument(gemm.n()).argument(gemm.k())
            .run();
    gemm.check(doubles(outcome.floats("d")), 0);
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void sumsInHalves(CudaPtx ptx) {
    Gemm gemm = Gemm.random(4, 32, 16, 32, WmmaGemmTest::half);
    KernelRun.Outcome outcome =
        run(ptx, "gemm_f16_f16", 1, 2)
            .shorts("a", halves(gemm.a())).shorts("b", halves(gemm.b())).shorts("c", halves(gemm.c()))
            .buffer("d", 2 * gemm.m() * gemm.n()).argument(gemm.n()).argument(gemm.k())
            .run();
    gemm.check(doubles(outcome.shorts("d")), HALF);
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void multipliesBrainFloats(CudaPtx ptx) {
    Gemm gemm = Gemm.random(5, 32, 32, 48, truncated(7));
    KernelRun.Outcome outcome =
        run(ptx, "gemm_bf16", 2, 2)
            .shorts("a", upper(gemm.a())).shorts("b", upper(gemm.b())).floats("c", floats(gemm.c()))
            .buffer("d", 4 * gemm.m() * gemm.n()).argument(gemm.n()).argument(gemm.k())
            .run();
    gemm.check(doubles(outcome.floats("d")), SINGLE);
  }

  private static short[] upper(double[] values) {
    short[] halves = new short[values.length];
    for (int i = 0; i < values.length; i++) {
      halves[i] = (short) (Float.floatToRawIntBits((float) values[i]) >>> 16);
    }
    return halves;
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void multipliesTf32(CudaPtx ptx) {
    Gemm gemm = Gemm.random(6, 16, 32, 24, truncated(10));
    KernelRun.Outcome outcome =
        run(ptx, "gemm_tf32", 2, 1)
            .floats("a", floats(gemm.a())).floats("b", floats(gemm.b())).floats("c", floats(gemm.c()))
            .buffer("d", 4 * gemm.m() * gemm.n()).argument(gemm.n()).argument(gemm.k())
            .run();
    gemm.check(doubles(outcome.floats("d")), SINGLE);
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void multipliesDoubles(CudaPtx ptx) {
    Gemm gemm = Gemm.random(7, 16, 24, 12, truncated(23));
    KernelRun.Outcome outcome =
        run(ptx, "gemm_f64", 3, 2)
            .doubles("a", gemm.a()).doubles("b", gemm.b()).doubles("c", gemm.c())
            .buffer("d", 8 * gemm.m() * gemm.n()).argument(gemm.n()).argument(gemm.k())
            .run();
    gemm.check(outcome.doubles("d"), 0x1p-52);
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void takesTheOtherLayouts(CudaPtx ptx) {
    int m = 32;
    int n = 16;
    int k = 32;
    Random random = new Random(8);
    // a in columns, b in rows, d in columns.
    double[] a = random.doubles(m * k, -8, 8).map(Math::rint).toArray();
    double[] b = random.doubles(n * k, -8, 8).map(Math::rint).toArray();
    float[] expected = new float[m * n];
    for (int row = 0; row < m; row++) {
      for (int column = 0; column < n; column++) {
        for (int i = 0; i < k; i++) {
          expected[column * m + row] += (float) (0.5 * a[i * m + row] * b[i * n + column]);
        }
      }
    }
    KernelRun.Outcome outcome =
        run(ptx, "gemm_f16_turned", n / 16, m / 16)
            .shorts("a", halves(a)).shorts("b", halves(b)).buffer("d", 4 * m * n)
            .argument(m).argument(n).argument(k)
            .run();
    assertArrayEquals(expected, outcome.floats("d"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void multipliesNibbles(CudaPtx ptx) {
    int k = 96;
    int[] a = new Random(9).ints(8 * k / 8).toArray();
    int[] b = new Random(10).ints(8 * k / 8).toArray();
    int[] expected = new int[64];
    int[] unsigned = new int[64];
    for (int i = 0; i < 64; i++) {
      for (int j = 0; j < k; j++) {
        int x = a[i / 8 * k / 8 + j / 8] << 28 - 4 * (j % 8);
        int y = b[i % 8 * k / 8 + j / 8] << 28 - 4 * (j % 8);
        expected[i] += (x >> 28) * (y >> 28);
        unsigned[i] += (x >>> 28) * (y >>> 28);
      }
    }
    KernelRun.Outcome outcome =
        run(ptx, "gemm_s4", 1, 1).ints("a", a).ints("b", b).buffer("d", 4 * 64).argument(k).run();
    assertArrayEquals(expected, outcome.ints("d"));
    KernelRun.Outcome other =
        run(ptx, "gemm_u4", 1, 1).ints("a", a).ints("b", b).buffer("d", 4 * 64).argument(k).run();
    assertArrayEquals(unsigned, other.ints("d"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void countsBits(CudaPtx ptx) {
    int k = 384;
    int[] a = new Random(11).ints(8 * k / 32).toArray();
    int[] b = new Random(12).ints(8 * k / 32).toArray();
    int[] expected = new int[128];
    for (int i = 0; i < 64; i++) {
      for (int j = 0; j < k / 32; j++) {
        int x = a[i / 8 * k / 32 + j];
        int y = b[i % 8 * k / 32 + j];
        expected[i] += Integer.bitCount(x ^ y);
        expected[64 + i] += Integer.bitCount(x & y);
      }
    }
    KernelRun.Outcome outcome =
        run(ptx, "gemm_b1", 1, 1).ints("a", a).ints("b", b).buffer("d", 4 * 128).argument(k).run();
    assertArrayEquals(expected, outcome.ints("d"));
    assertEquals(2 * k / 128, outcome.result().tensorOperations());
  }
}
