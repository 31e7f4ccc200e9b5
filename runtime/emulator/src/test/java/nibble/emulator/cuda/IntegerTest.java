package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntBinaryOperator;
import java.util.stream.IntStream;
import nibble.emulator.KernelRun;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code integers.cu}: integer arithmetic of all kinds, on random numbers and on those at the edges. */
class IntegerTest {
  private static final String SOURCE = "integers";
  private static final int COUNT = 512;

  @FunctionalInterface
  private interface IntFunction3 {
    int apply(int x, int y, int z);
  }

  @FunctionalInterface
  private interface LongFunction3 {
    long apply(long x, long y, long z);
  }

  private static int bit(boolean truth, int value) {
    return truth ? value : 0;
  }

  private static boolean cannotDivide(long y) {
    return y == 0 || y == -1;
  }

  /** The sum of a function of the bytes, or halves, of two words, each put back into its place. */
  private static int each(int bits, int x, int y, IntBinaryOperator function) {
    int mask = bits == 8 ? 0xff : 0xffff;
    int result = 0;
    for (int at = 0; at < 32; at += bits) {
      result |= (function.applyAsInt(x << 32 - bits - at >> 32 - bits, y << 32 - bits - at >> 32 - bits) & mask) << at;
    }
    return result;
  }

  private static int unsigned(int x, int bits) {
    return x & (1 << bits) - 1;
  }

  private static int bytes(int x, int y, int selector) {
    long both = (long) y << 32 | x & 0xffffffffL;
    int result = 0;
    for (int i = 0; i < 4; i++) {
      result |= (int) (both >>> 8 * (selector >>> 4 * i & 7) & 0xff) << 8 * i;
    }
    return result;
  }

  private static int funnel(int low, int high, int by, boolean left) {
    long both = (long) high << 32 | low & 0xffffffffL;
    return by >= 32 ? (left ? low : high) : left ? (int) (both << by >>> 32) : (int) (both >>> by);
  }

  private static int clamp(int by) {
    return (int) Math.min(Integer.toUnsignedLong(by), 32);
  }

  private static int dot(int x, int y, int z, boolean signed) {
    int sum = z;
    for (int i = 0; i < 32; i += 8) {
      sum += signed ? (byte) (x >> i) * (byte) (y >> i) : (x >> i & 0xff) * (y >> i & 0xff);
    }
    return sum;
  }

  private static int dotHalves(int x, int y, int z, int from) {
    return z + (short) x * (byte) (y >> from) + (x >> 16) * (byte) (y >> from + 8);
  }

  private static long wide(int x) {
    return Integer.toUnsignedLong(x);
  }

  /** In the order of the kernel. */
  private static final List<IntFunction3> WORDS = List.of(
      (x, y, z) -> x + y,
      (x, y, z) -> x - y,
      (x, y, z) -> x * y,
      (x, y, z) -> cannotDivide(y) ? 0 : x / y,
      (x, y, z) -> cannotDivide(y) ? 0 : x % y,
      (x, y, z) -> y == 0 ? 0 : Integer.divideUnsigned(x, y),
      (x, y, z) -> y == 0 ? 0 : Integer.remainderUnsigned(x, y),
      (x, y, z) -> (int) ((long) x * y >> 32),
      (x, y, z) -> (int) (wide(x) * wide(y) >>> 32),
      (x, y, z) -> x << y,
      (x, y, z) -> x >> y,
      (x, y, z) -> x >>> y,
      (x, y, z) -> x & y,
      (x, y, z) -> x | y,
      (x, y, z) -> x ^ y,
      (x, y, z) -> ~x,
      (x, y, z) -> Math.min(x, y),
      (x, y, z) -> (int) Math.max(wide(x), wide(y)),
      (x, y, z) -> Math.abs(x),
      (x, y, z) -> -x,
      (x, y, z) -> Integer.numberOfLeadingZeros(x),
      (x, y, z) -> Integer.bitCount(x),
      (x, y, z) -> Integer.reverse(x),
      (x, y, z) -> x == 0 ? 0 : 1 + Integer.numberOfTrailingZeros(x),
      (x, y, z) -> bytes(x, y, z & 0x7777),
      (x, y, z) -> (int) Math.abs((long) x - y) + z,
      (x, y, z) -> (int) Math.abs(wide(x) - wide(y)) + z,
      (x, y, z) -> funnel(x, y, z & 31, true),
      (x, y, z) -> funnel(x, y, z & 31, false),
      (x, y, z) -> funnel(x, y, clamp(z), true),
      (x, y, z) -> funnel(x, y, clamp(z), false),
      (x, y, z) -> (x << 8 >> 8) * (y << 8 >> 8),
      (x, y, z) -> (x & 0xffffff) * (y & 0xffffff),
      (x, y, z) -> (int) ((long) x + y >> 1),
      (x, y, z) -> (int) ((long) x + y + 1 >> 1),
      (x, y, z) -> (int) (wide(x) + wide(y) >> 1),
      (x, y, z) -> dot(x, y, z, true),
      (x, y, z) -> dot(x, y, z, false),
      (x, y, z) -> dotHalves(x, y, z, 0),
      (x, y, z) -> dotHalves(x, y, z, 16),
      (x, y, z) -> x * 7 + y,
      (x, y, z) -> x / 10,
      (x, y, z) -> Integer.divideUnsigned(x, 10),
      (x, y, z) -> x % 1000,
      (x, y, z) -> x & y | ~x & z,
      (x, y, z) -> x < y ? z : x,
      (x, y, z) -> bit(x < y, 1) + bit(wide(x) < wide(y), 2) + bit(x == z, 4) + bit(y != z && wide(x) >= wide(z), 8),
      (x, y, z) -> (byte) x + (y & 0xff) + (short) z,
      (x, y, z) -> x + y & 0xff,
      (x, y, z) -> (short) (x * y),
      (x, y, z) -> each(8, x, y, Integer::sum),
      (x, y, z) -> each(8, x, y, (a, b) -> Math.abs(unsigned(a, 8) - unsigned(b, 8))),
      (x, y, z) -> each(16, x, y, Math::max),
      (x, y, z) ->
          IntStream.of(0, 8, 16, 24).map(at -> Math.abs((byte) (x >> at) - (byte) (y >> at))).sum(),
      (x, y, z) -> Math.max(x + y, z),
      (x, y, z) -> x >> 5 & 0x3ff,
      (x, y, z) -> x & ~0xff00 | (y & 0xff) << 8,
      (x, y, z) -> each(8, x, y, (a, b) -> a > b ? 0xff : 0),
      (x, y, z) -> each(8, x, y, (a, b) -> unsigned(a, 8) + unsigned(b, 8) + 1 >> 1),
      (x, y, z) -> each(16, x, y, (a, b) -> Math.clamp(a + b, Short.MIN_VALUE, Short.MAX_VALUE)));

  private static BigInteger big(long x) {
    return BigInteger.valueOf(x);
  }

  private static BigInteger unsigned(long x) {
    return new BigInteger(Long.toUnsignedString(x));
  }

  private static BigInteger pair(long high, long low) {
    return big(high).shiftLeft(64).add(unsigned(low));
  }

  /** In the order of the kernel. */
  private static final List<LongFunction3> LONGS = List.of(
      (x, y, z) -> x + y,
      (x, y, z) -> x - y,
      (x, y, z) -> x * y,
      (x, y, z) -> cannotDivide(y) ? 0 : x / y,
      (x, y, z) -> cannotDivide(y) ? 0 : x % y,
      (x, y, z) -> y == 0 ? 0 : Long.divideUnsigned(x, y),
      (x, y, z) -> y == 0 ? 0 : Long.remainderUnsigned(x, y),
      (x, y, z) -> big(x).multiply(big(y)).shiftRight(64).longValue(),
      (x, y, z) -> unsigned(x).multiply(unsigned(y)).shiftRight(64).longValue(),
      (x, y, z) -> x << y,
      (x, y, z) -> x >> y,
      (x, y, z) -> x >>> y,
      (x, y, z) -> x & y,
      (x, y, z) -> x | y,
      (x, y, z) -> x ^ ~y,
      (x, y, z) -> Math.min(x, y),
      (x, y, z) -> Long.compareUnsigned(x, y) > 0 ? x : y,
      (x, y, z) -> Math.abs(x),
      (x, y, z) -> Long.numberOfLeadingZeros(x),
      (x, y, z) -> Long.bitCount(x),
      (x, y, z) -> Long.reverse(x),
      (x, y, z) -> x == 0 ? 0 : 1 + Long.numberOfTrailingZeros(x),
      (x, y, z) -> x * y + z,
      (x, y, z) -> x / 1_000_000_007,
      (x, y, z) -> Long.remainderUnsigned(x, 10),
      (x, y, z) -> bit(x < y, 1) + bit(Long.compareUnsigned(x, y) < 0, 2) + bit(x == z, 4),
      (x, y, z) -> (long) (int) x * (int) y + z,
      (x, y, z) -> (x & 0xffffffffL) * (y & 0xffffffffL),
      (x, y, z) -> big(x).multiply(big(y)).shiftRight(70).longValue(),
      (x, y, z) -> pair(x, y).add(pair(y, z)).shiftRight(64).longValue(),
      (x, y, z) -> pair(x, 0).subtract(big(y)).shiftRight(64).longValue(),
      (x, y, z) -> unsigned(x).multiply(unsigned(y)).shiftRight((int) y & 127).longValue(),
      (x, y, z) -> (x >> 3) * (int) y,
      (x, y, z) -> x < y ? x : z);

  /** Random numbers, a third of them small, and numbers at the edges. */
  private static long[] numbers(long seed) {
    Random random = new Random(seed);
    long[] edges = {
      0, 1, -1, 2, 31, 32, 33, 63, 64, 255, -128, 0x7fff, 0x8000, 0x7fffffffL, 0x80000000L, 0xffffffffL, -0x80000000L,
      Long.MAX_VALUE, Long.MIN_VALUE, 0x100000000L
    };
    long[] numbers = new long[COUNT];
    for (int i = 0; i < COUNT; i++) {
      numbers[i] =
          switch (random.nextInt(3)) {
            case 0 -> random.nextInt(-100, 100);
            case 1 -> edges[random.nextInt(edges.length)];
            default -> random.nextLong();
          };
    }
    return numbers;
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void computesWith32Bits(CudaPtx ptx) {
    int[][] in = new int[3][];
    for (int i = 0; i < 3; i++) {
      in[i] = Arrays.stream(numbers(i)).mapToInt(it -> (int) it).toArray();
    }
    KernelRun.Outcome outcome =
        ptx.kernel("integers32").grid(2, COUNT / 2)
            .ints("a", in[0]).ints("b", in[1]).ints("c", in[2]).buffer("out", 4 * COUNT * WORDS.size()).argument(COUNT)
            .run();
    int[] out = outcome.ints("out");
    for (int k = 0; k < WORDS.size(); k++) {
      for (int i = 0; i < COUNT; i++) {
        int expected = WORDS.get(k).apply(in[0][i], in[1][i], in[2][i]);
        assertEquals(
            expected, out[k * COUNT + i],
            "function " + k + " of " + in[0][i] + ", " + in[1][i] + ", " + in[2][i]);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void computesWith64Bits(CudaPtx ptx) {
    long[][] in = {numbers(4), numbers(5), numbers(6)};
    KernelRun.Outcome outcome =
        ptx.kernel("integers64").grid(4, COUNT / 4)
            .longs("a", in[0]).longs("b", in[1]).longs("c", in[2])
            .buffer("out", 8 * COUNT * LONGS.size()).argument(COUNT)
            .run();
    long[] out = outcome.longs("out");
    for (int k = 0; k < LONGS.size(); k++) {
      for (int i = 0; i < COUNT; i++) {
        long expected = LONGS.get(k).apply(in[0][i], in[1][i], in[2][i]);
        assertEquals(
            expected, out[k * COUNT + i],
            "function " + k + " of " + in[0][i] + ", " + in[1][i] + ", " + in[2][i]);
      }
    }
  }
}
