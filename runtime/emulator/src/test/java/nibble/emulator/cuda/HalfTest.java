package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.util.Random;
import nibble.emulator.KernelRun;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code halves.cu}: f16, bf16 and fp8. */
class HalfTest {
  private static final String SOURCE = "halves";
  private static final int COUNT = 256;

  private static double value(short half) {
    return Float.float16ToFloat(half);
  }

  private static double brain(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  private static final ExactNumber HALF = new ExactNumber(11, -24, 5);
  private static final ExactNumber BRAIN = new ExactNumber(8, -133, 120);

  private static int bit(boolean truth, int value) {
    return truth ? value : 0;
  }

  private static int half(double x) {
    return Double.isNaN(x) ? 0x7fff : Float.floatToFloat16((float) x) & 0xffff;
  }

  private static int brain(double x) {
    return Double.isNaN(x) ? 0x7fff : Float.floatToRawIntBits((float) x) >>> 16;
  }

  private static short[] numbers(long seed) {
    Random random = new Random(seed);
    short[] numbers = new short[COUNT];
    for (int i = 0; i < COUNT; i++) {
      // Neighbouring exponents, so that sums cancel, and anything else.
      numbers[i] = (short) (i % 4 == 0 ? random.nextInt() : 0x3800 + random.nextInt(0x1000) | random.nextInt(2) << 15);
    }
    return numbers;
  }

  private static double min(double x, double y) {
    return Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.min(x, y);
  }

  private static double max(double x, double y) {
    return Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.max(x, y);
  }

  private static void check(int[] expected, int[] out, int i, String what) {
    for (int k = 0; k < expected.length; k++) {
      assertEquals(
          Integer.toHexString(expected[k]), Integer.toHexString(out[k * COUNT + i]), "function " + k + " of " + what);
    }
  }

  private static int[] unsigned(short[] values) {
    int[] unsigned = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      unsigned[i] = values[i] & 0xffff;
    }
    return unsigned;
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void computesWithHalves(CudaPtx ptx) {
    short[][] in = {numbers(1), numbers(2), numbers(3)};
    KernelRun.Outcome outcome =
        ptx.kernel("halves").grid(2, COUNT / 2)
            .shorts("a", in[0]).shorts("b", in[1]).shorts("c", in[2]).buffer("out", 2 * 17 * COUNT).argument(COUNT)
            .run();
    int[] out = unsigned(outcome.shorts("out"));
    for (int i = 0; i < COUNT; i++) {
      double x = value(in[0][i]);
      double y = value(in[1][i]);
      double z = value(in[2][i]);
      double fused = HALF.multiplyAdd(x, y, z, ExactNumber.Direction.NEAREST);
      double sum = HALF.multiplyAdd(x, 1, y, ExactNumber.Direction.NEAREST);
      boolean isNone = Double.isNaN(x) || Double.isNaN(y);
      int[] expected = {
        half(sum),
        half(HALF.multiplyAdd(x, 1, -y, ExactNumber.Direction.NEAREST)),
        half(HALF.multiply(x, y, ExactNumber.Direction.NEAREST)),
        half(fused),
        half(min(x, y)),
        half(max(x, y)),
        in[0][i] & 0x7fff,
        (in[0][i] ^ 0x8000) & 0xffff,
        half(Double.isNaN(sum) ? 0 : Math.clamp(sum, 0, 1)),
        half(fused < 0 ? 0 : fused),
        bit(x < y, 1) + bit(x == y, 2) + bit(x < y || x > y, 4) + bit(x >= y || isNone, 8) + bit(Double.isNaN(x), 16),
        (Double.isNaN(x) ? 0 : (int) Math.clamp(Math.rint(x), Short.MIN_VALUE, Short.MAX_VALUE)) & 0xffff,
        Double.isNaN(x) ? 0 : (int) Math.clamp(x, 0, 0xffff),
        half(in[0][i]),
        half(Math.floor(x)),
        half(Math.rint(x)),
        half(isNone ? Double.NaN : min(x, y)),
      };
      check(expected, out, i, x + ", " + y + ", " + z);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void computesWithPairs(CudaPtx ptx) {
    short[][] in = {numbers(4), numbers(5), numbers(6)};
    int pairs = COUNT / 2;
    KernelRun.Outcome outcome =
        ptx.kernel("pairs").grid(1, pairs)
            .shorts("a", in[0]).shorts("b", in[1]).shorts("c", in[2]).buffer("out", 4 * 6 * pairs).argument(pairs)
            .run();
    int[] out = unsigned(outcome.shorts("out"));
    for (int i = 0; i < COUNT; i++) {
      double x = value(in[0][i]);
      double y = value(in[1][i]);
      double z = value(in[2][i]);
      int[] expected = {
        half(HALF.multiplyAdd(x, 1, y, ExactNumber.Direction.NEAREST)),
        half(HALF.multiply(x, y, ExactNumber.Direction.NEAREST)),
        half(HALF.multiplyAdd(x, y, z, ExactNumber.Direction.NEAREST)),
        half(max(x, y)),
        x < y ? 0x3c00 : 0,
        (i % 2 == 0 ? in[0][i] : in[1][i - 1]) & 0xffff,
      };
      check(expected, out, i, x + ", " + y + ", " + z);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void computesWithBrainFloats(CudaPtx ptx) {
    short[][] in = {numbers(7), numbers(8), numbers(9)};
    KernelRun.Outcome outcome =
        ptx.kernel("brains").grid(2, COUNT / 2)
            .shorts("a", in[0]).shorts("b", in[1]).shorts("c", in[2]).buffer("out", 2 * 8 * COUNT).argument(COUNT)
            .run();
    int[] out = unsigned(outcome.shorts("out"));
    for (int i = 0; i < COUNT; i++) {
      double x = brain(in[0][i]);
      double y = brain(in[1][i]);
      double z = brain(in[2][i]);
      int[] expected = {
        brain(BRAIN.multiplyAdd(x, 1, y, ExactNumber.Direction.NEAREST)),
        brain(BRAIN.multiply(x, y, ExactNumber.Direction.NEAREST)),
        brain(BRAIN.multiplyAdd(x, y, z, ExactNumber.Direction.NEAREST)),
        brain(max(x, y)),
        in[0][i] & 0x7fff,
        bit(x < y, 1) + bit(x == y, 2),
        brain(BRAIN.round(new BigDecimal(Double.isFinite(x) ? (float) x * 1.001f : 0), ExactNumber.Direction.ZERO)),
        (in[0][i] ^ 0x8000) & 0xffff,
      };
      if (!Double.isFinite(x)) {
        expected[6] = brain(x);
      }
      check(expected, out, i, x + ", " + y + ", " + z);
    }
  }
}
