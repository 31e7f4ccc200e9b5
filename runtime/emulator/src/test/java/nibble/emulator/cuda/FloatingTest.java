package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import nibble.emulator.KernelRun;
import nibble.emulator.cuda.ExactNumber.Direction;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code doubles.cu}: IEEE arithmetic in both precisions and all directions, and conversions. */
class FloatingTest {
  private static final String SOURCE = "doubles";
  private static final int COUNT = 256;
  private static final int FUNCTIONS = 36;

  /** Random numbers of all magnitudes, and numbers at the edges of both precisions, as floats where that is wanted. */
  private static double[] numbers(long seed, boolean single) {
    Random random = new Random(seed);
    double[] edges = {
      0.0, -0.0, 1, -1, 0.5, 1.5, 2.5, -2.5, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY,
      Double.MIN_VALUE, -Double.MIN_VALUE, Double.MIN_NORMAL, Double.MAX_VALUE, -Double.MAX_VALUE,
      Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, 0x1p31, -0x1p31, 0x1p32, 0x1p63, 0x1p64, 3, 1 + 0x1p-23,
      1 + 0x1p-52, 0x1p24 + 1, 0x1.fffffep127, 4503599627370497.5, 8388607.5,
    };
    double[] numbers = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      double x =
          switch (random.nextInt(4)) {
            case 0 -> edges[random.nextInt(edges.length)];
            case 1 -> random.nextGaussian() * 100;
            case 2 -> Math.scalb(random.nextGaussian(), random.nextInt(-40, 40));
            default ->
                single
                    ? Float.intBitsToFloat(random.nextInt())
                    : Double.longBitsToDouble(random.nextLong());
          };
      numbers[i] = single ? (float) x : x;
    }
    return numbers;
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** Results in the order of the kernels; they differ in their reciprocals and in a subtraction. */
  private static List<Double> reference(ExactNumber type, double x, double y, double z) {
    boolean single = type == ExactNumber.SINGLE;
    List<Double> results = new ArrayList<>();
    for (Direction direction : Direction.values()) {
      results.add(type.multiplyAdd(x, 1, y, direction));
    }
    for (Direction direction : Direction.values()) {
      results.add(type.multiply(x, y, direction));
    }
    for (Direction direction : Direction.values()) {
      results.add(type.multiplyAdd(x, y, z, direction));
    }
    for (Direction direction : Direction.values()) {
      results.add(type.divide(x, y, direction));
    }
    for (Direction direction : Direction.values()) {
      results.add(type.squareRoot(x, direction));
    }
    results.add(type.divide(1, x, Direction.NEAREST));
    results.add(type.divide(1, x, single ? Direction.DOWN : Direction.UP));
    results.add(Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.min(x, y));
    results.add(Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.max(x, y));
    results.add(Math.abs(x));
    results.add(-x);
    results.add(Math.copySign(x, y));
    results.add(Math.floor(x));
    results.add(Math.ceil(x));
    results.add(x < 0 || 1 / x < 0 ? Math.ceil(x) : Math.floor(x));
    results.add(Math.rint(x));
    results.add(roundAway(x));
    results.add(
        bit(x < y, 1) + bit(x <= y, 2) + bit(x == y, 4) + bit(x != y, 8) + bit(x > y, 16) + bit(x >= y, 32));
    results.add(
        bit(Double.isNaN(x), 1) + bit(Double.isInfinite(x), 2) + bit(Double.isFinite(x), 4)
            + bit(Double.doubleToRawLongBits(x) < 0, 8));
    if (single) {
      results.add(x > 0 ? Math.min(x, 1) : 0);
      results.add(type.multiplyAdd(x, 1, -y, Direction.ZERO));
    } else {
      results.add(type.multiplyAdd(x, 1, -y, Direction.NEAREST));
      results.add(x > y ? x : z);
    }
    return results;
  }

  private static double bit(boolean truth, double value) {
    return truth ? value : 0;
  }

  private static double roundAway(double x) {
    if (Double.isNaN(x) || Double.isInfinite(x) || Math.abs(x) >= 0x1p52) {
      return x;
    }
    return Math.copySign(new BigDecimal(x).abs().setScale(0, RoundingMode.HALF_UP).doubleValue(), x);
  }

  /** Of a number that is none the bits are not compared, for they are not IEEE's matter. */
  private static void same(double expected, double found, String what) {
    if (Double.isNaN(expected)) {
      assertTrue(Double.isNaN(found), what + " is " + found + ", not NaN");
    } else {
      assertEquals(expected, found, what);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void computesWithDoubles(CudaPtx ptx) {
    double[][] in = {numbers(1, false), numbers(2, false), numbers(3, false)};
    KernelRun.Outcome outcome =
        ptx.kernel("doubles").grid(2, COUNT / 2)
            .doubles("a", in[0]).doubles("b", in[1]).doubles("c", in[2])
            .buffer("out", 8 * COUNT * FUNCTIONS).argument(COUNT)
            .run();
    double[] out = outcome.doubles("out");
    for (int i = 0; i < COUNT; i++) {
      List<Double> expected = reference(ExactNumber.DOUBLE, in[0][i], in[1][i], in[2][i]);
      for (int k = 0; k < FUNCTIONS; k++) {
        String what = "function " + k + " of " + in[0][i] + ", " + in[1][i] + ", " + in[2][i];
        same(expected.get(k), out[k * COUNT + i], what);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void computesWithFloats(CudaPtx ptx) {
    double[][] in = {numbers(4, true), numbers(5, true), numbers(6, true)};
    KernelRun.Outcome outcome =
        ptx.kernel("floats").grid(2, COUNT / 2)
            .floats("a", floats(in[0])).floats("b", floats(in[1])).floats("c", floats(in[2]))
            .buffer("out", 4 * COUNT * FUNCTIONS).argument(COUNT)
            .run();
    float[] out = outcome.floats("out");
    for (int i = 0; i < COUNT; i++) {
      List<Double> expected = reference(ExactNumber.SINGLE, in[0][i], in[1][i], in[2][i]);
      for (int k = 0; k < FUNCTIONS; k++) {
        String what = "function " + k + " of " + in[0][i] + ", " + in[1][i] + ", " + in[2][i];
        same(expected.get(k), out[k * COUNT + i], what);
      }
    }
  }

  // Conversions

  /** To an integer of so many bits: rounded, and cut off at the ends. */
  private static long toInteger(double x, RoundingMode rounding, int bits, boolean signed) {
    BigInteger least = signed ? BigInteger.ONE.shiftLeft(bits - 1).negate() : BigInteger.ZERO;
    BigInteger most = BigInteger.ONE.shiftLeft(signed ? bits - 1 : bits).subtract(BigInteger.ONE);
    if (Double.isInfinite(x)) {
      return (x < 0 ? least : most).longValue();
    }
    return new BigDecimal(x).setScale(0, rounding).toBigInteger().max(least).min(most).longValue();
  }

  /** What is no number becomes the highest bit (PTX ISA, "cvt"). */
  private static long fromDouble(double x, RoundingMode rounding, int bits, boolean signed) {
    long highest = signed ? -1L << bits - 1 : 1L << bits - 1;
    return Double.isNaN(x) ? highest : toInteger(x, rounding, bits, signed);
  }

  /** What is no number becomes zero, but the highest bit of 64 (PTX ISA, "cvt"). */
  private static long fromFloat(float x, RoundingMode rounding, int bits, boolean signed) {
    return Float.isNaN(x) ? (bits == 64 ? Long.MIN_VALUE : 0) : toInteger(x, rounding, bits, signed);
  }

  private static long singleBits(BigDecimal exact, double sign, Direction direction) {
    float value = (float) ExactNumber.SINGLE.round(exact, direction);
    return Float.floatToRawIntBits(value == 0 ? (float) Math.copySign(0, sign) : value);
  }

  private static long singleBits(double x, Direction direction) {
    return Double.isFinite(x) ? singleBits(new BigDecimal(x), x, direction) : Float.floatToRawIntBits((float) x);
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void convertsDoubles(CudaPtx ptx) {
    double[] in = numbers(7, false);
    KernelRun.Outcome outcome =
        ptx.kernel("convert_doubles").grid(2, COUNT / 2)
            .doubles("a", in).buffer("out", 8 * COUNT * 17).argument(COUNT)
            .run();
    for (int i = 0; i < COUNT; i++) {
      double x = in[i];
      long bits = Double.doubleToRawLongBits(x);
      long[] expected = {
        fromDouble(x, RoundingMode.DOWN, 32, true),
        fromDouble(x, RoundingMode.HALF_EVEN, 32, true),
        fromDouble(x, RoundingMode.FLOOR, 32, true),
        fromDouble(x, RoundingMode.CEILING, 32, true),
        fromDouble(x, RoundingMode.DOWN, 32, false),
        fromDouble(x, RoundingMode.HALF_EVEN, 32, false),
        fromDouble(x, RoundingMode.DOWN, 64, true),
        fromDouble(x, RoundingMode.HALF_EVEN, 64, true),
        fromDouble(x, RoundingMode.FLOOR, 64, true),
        fromDouble(x, RoundingMode.CEILING, 64, false),
        singleBits(x, Direction.NEAREST),
        singleBits(x, Direction.ZERO),
        singleBits(x, Direction.DOWN),
        singleBits(x, Direction.UP),
        (int) (bits >> 32),
        (int) bits,
        bits << 32 | bits >>> 32,
      };
      check(expected, outcome.longs("out"), i, x, Set.of(10, 11, 12, 13));
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void convertsFloats(CudaPtx ptx) {
    float[] in = floats(numbers(8, true));
    KernelRun.Outcome outcome =
        ptx.kernel("convert_floats").grid(2, COUNT / 2)
            .floats("a", in).buffer("out", 8 * COUNT * 10).argument(COUNT)
            .run();
    for (int i = 0; i < COUNT; i++) {
      float x = in[i];
      long[] expected = {
        fromFloat(x, RoundingMode.DOWN, 32, true),
        fromFloat(x, RoundingMode.HALF_EVEN, 32, true),
        fromFloat(x, RoundingMode.FLOOR, 32, true),
        fromFloat(x, RoundingMode.CEILING, 32, true),
        fromFloat(x, RoundingMode.DOWN, 32, false),
        fromFloat(x, RoundingMode.HALF_EVEN, 32, false),
        fromFloat(x, RoundingMode.DOWN, 64, true),
        fromFloat(x, RoundingMode.HALF_EVEN, 64, true),
        fromFloat(x, RoundingMode.DOWN, 64, false),
        Double.doubleToRawLongBits(x),
      };
      check(expected, outcome.longs("out"), i, x, Set.of(9));
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void convertsIntegers(CudaPtx ptx) {
    long[] in = new Random(9).longs(COUNT).toArray();
    long[] edges = {
      0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, Integer.MIN_VALUE, (1L << 53) + 1, (1L << 24) + 1, -((1L << 25) + 3)
    };
    System.arraycopy(edges, 0, in, 0, edges.length);
    KernelRun.Outcome outcome =
        ptx.kernel("convert_integers").grid(2, COUNT / 2)
            .longs("a", in).buffer("out", 8 * COUNT * 16).argument(COUNT)
            .run();
    for (int i = 0; i < COUNT; i++) {
      long x = in[i];
      BigDecimal whole = BigDecimal.valueOf(x);
      BigDecimal unsigned = new BigDecimal(Long.toUnsignedString(x));
      BigDecimal word = BigDecimal.valueOf((int) x);
      long[] expected = {
        Double.doubleToRawLongBits((int) x),
        Double.doubleToRawLongBits(x & 0xffffffffL),
        doubleBits(whole, Direction.NEAREST),
        doubleBits(whole, Direction.ZERO),
        doubleBits(whole, Direction.DOWN),
        doubleBits(whole, Direction.UP),
        doubleBits(unsigned, Direction.NEAREST),
        singleBits(word, 0, Direction.NEAREST),
        singleBits(word, 0, Direction.ZERO),
        singleBits(word, 0, Direction.DOWN),
        singleBits(word, 0, Direction.UP),
        singleBits(BigDecimal.valueOf(x & 0xffffffffL), 0, Direction.NEAREST),
        singleBits(whole, 0, Direction.NEAREST),
        singleBits(unsigned, 0, Direction.ZERO),
        Float.floatToRawIntBits((short) x),
        Float.floatToRawIntBits(x & 0xff),
      };
      check(expected, outcome.longs("out"), i, x, Set.of());
    }
  }

  private static long doubleBits(BigDecimal exact, Direction direction) {
    return Double.doubleToRawLongBits(ExactNumber.DOUBLE.round(exact, direction));
  }

  /** Compares all conversions of a number but those of a NaN to a float, whose bits are not IEEE's matter. */
  private static void check(long[] expected, long[] out, int i, Object x, Set<Integer> floats) {
    for (int k = 0; k < expected.length; k++) {
      if (!x.equals(Double.NaN) && !x.equals(Float.NaN) || !floats.contains(k)) {
        assertEquals(expected[k], out[k * COUNT + i], "conversion " + k + " of " + x);
      }
    }
  }
}
