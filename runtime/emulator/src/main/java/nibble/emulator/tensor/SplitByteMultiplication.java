package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;

import java.util.Optional;
import nibble.emulator.format.FloatFormat;
import nibble.emulator.format.Rounding;

/**
 * What {@code mma.sync} makes of 8-bit floating point where the tensor core has none for it (sm_90, sm_100): the bytes
 * become f16; the lower two of each register are multiplied in one instruction, the upper two in the next, which adds;
 * the addend is added last, by an ordinary addition.
 */
final class SplitByteMultiplication implements Multiplication {
  private final ElementType aType;
  private final ElementType bType;
  private final boolean isHalf;
  private final FloatMultiplication inner;

  SplitByteMultiplication(
      TileMap aMap, TileMap cMap, ElementType aType, ElementType bType, Accumulation rule) {
    this.aType = aType;
    this.bType = bType;
    this.isHalf = cMap.perRegister() == 2;
    int terms = aMap.columns() / 2;
    this.inner =
        new FloatMultiplication(
            TileMap.a(aMap.rows(), terms, 2), TileMap.b(terms, 2), cMap, ElementType.F16, ElementType.F16, rule,
            Optional.empty());
  }

  @Override
  public void run(
      int[] words, long[] longs, int[] d, int[] a, int[] b, int[] c, int metadata, TensorScratch x) {
    int[] file = new int[(a.length + b.length + d.length) * WARP];
    int[] left = offsets(0, a.length);
    int[] right = offsets(a.length, b.length);
    int[] sum = offsets(a.length + b.length, d.length);
    for (int half = 0; half < 2; half++) {
      widen(words, a, aType.format(), half, file, left);
      widen(words, b, bType.format(), half, file, right);
      inner.run(file, longs, sum, left, right, sum, metadata, x);
    }
    for (int r = 0; r < d.length; r++) {
      for (int lane = 0; lane < WARP; lane++) {
        words[d[r] + lane] = add(words[c[r] + lane], file[sum[r] + lane]);
      }
    }
  }

  private static int[] offsets(int first, int count) {
    int[] offsets = new int[count];
    for (int i = 0; i < count; i++) {
      offsets[i] = (first + i) * WARP;
    }
    return offsets;
  }

  private static void widen(int[] words, int[] from, FloatFormat format, int half, int[] file, int[] to) {
    for (int r = 0; r < from.length; r++) {
      for (int lane = 0; lane < WARP; lane++) {
        int pair = words[from[r] + lane] >>> 16 * half;
        file[to[r] + lane] = half(format, pair >>> 8 & 255) << 16 | half(format, pair & 255);
      }
    }
  }

  private static int half(FloatFormat format, int code) {
    return FloatFormat.F16.encode(format.decode(code), Rounding.NEAREST_EVEN, false);
  }

  private int add(int c, int sum) {
    if (!isHalf) {
      float result = Float.intBitsToFloat(c) + Float.intBitsToFloat(sum);
      return Float.isNaN(result) ? 0x7fffffff : Float.floatToRawIntBits(result);
    }
    return addHalf(c >>> 16, sum >>> 16) << 16 | addHalf(c & 0xffff, sum & 0xffff);
  }

  private static int addHalf(int c, int sum) {
    FloatFormat format = FloatFormat.F16;
    return format.encode(format.decode(c) + format.decode(sum), Rounding.NEAREST_EVEN, false);
  }
}
