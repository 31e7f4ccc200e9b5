package nibble.emulator.tensor;

import nibble.emulator.TensorArithmetic;
import nibble.emulator.format.FloatFormat;
import nibble.emulator.format.Rounding;
import nibble.emulator.model.Target;

/**
 * {@code mma.m8n8k4} of f16: four products of 8 by 8 by 4, each by lanes {@code 4q} to {@code 4q + 3} and the same 16
 * above (PTX ISA 9.7.14.5.1). With {@code l} from 0 to 7 for these lanes, {@code h = l / 4} and {@code t = l % 4}:
 *
 * <pre>
 * A by rows    row l            column i         by columns   row i + 4h   column t
 * B by columns row i            column l         by rows      row t        column i + 4h
 * C in f16     row l            column i
 * C in f32     row (t mod 2) + (i and 2) + 4h    column (i and 4) + (t and 2) + (i mod 2)
 * </pre>
 */
final class QuadMultiplication implements Multiplication {
  private static final int QUADS = 4;
  private static final int LANES = 8;
  private static final int K = 4;

  private final boolean aByColumns;
  private final boolean bByColumns;
  private final FloatFormat addend;
  private final FloatFormat result;
  private final boolean isWide;
  private final Accumulation rule;

  QuadMultiplication(
      Target target, TensorArithmetic arithmetic, boolean aByColumns, boolean bByColumns, boolean isHalfAddend,
      boolean isHalf) {
    this.aByColumns = aByColumns;
    this.bByColumns = bByColumns;
    this.addend = isHalfAddend ? FloatFormat.F16 : FloatFormat.F32;
    this.result = isHalf ? FloatFormat.F16 : FloatFormat.F32;
    this.isWide = arithmetic == TensorArithmetic.IEEE;
    this.rule = Accumulation.of(target, ElementType.F16, false);
  }

  @Override
  public void run(
      int[] words, long[] longs, int[] d, int[] a, int[] b, int[] c, int metadata, TensorScratch x) {
    AlignedSum sum = new AlignedSum(rule.fractionBits());
    for (int quad = 0; quad < QUADS; quad++) {
      readFactors(words, a, b, quad, x);
      for (int l = 0; l < LANES; l++) {
        for (int i = 0; i < LANES; i++) {
          x.c[place(addend, l, i)] = code(words, c, addend, lane(quad, l), i);
        }
      }
      for (int i = 0; i < LANES * LANES; i++) {
        x.c[i] = element(x, i / LANES, i % LANES, addend.decode(x.c[i]), sum);
      }
      write(words, d, quad, x.c);
    }
  }

  private static int lane(int quad, int l) {
    return 4 * quad + l % 4 + 16 * (l / 4);
  }

  private void readFactors(int[] words, int[] a, int[] b, int quad, TensorScratch x) {
    for (int l = 0; l < LANES; l++) {
      int half = 4 * (l / 4);
      for (int i = 0; i < K; i++) {
        int left = aByColumns ? (i + half) * K + l % 4 : l * K + i;
        int right = bByColumns ? i * LANES + l : l % 4 * LANES + i + half;
        x.a[left] = FloatFormat.F16.decode(code(words, a, FloatFormat.F16, lane(quad, l), i));
        x.b[right] = FloatFormat.F16.decode(code(words, b, FloatFormat.F16, lane(quad, l), i));
      }
    }
  }

  private static int code(int[] words, int[] registers, FloatFormat format, int lane, int i) {
    return format == FloatFormat.F16
        ? words[registers[i / 2] + lane] >>> 16 * (i % 2) & 0xffff
        : words[registers[i] + lane];
  }

  private static int place(FloatFormat format, int l, int i) {
    return format == FloatFormat.F16
        ? l * LANES + i
        : ((l & 1) + (i & 2) + 4 * (l / 4)) * LANES + (i & 4) + (l & 2) + (i & 1);
  }

  private int element(TensorScratch x, int row, int column, double c, AlignedSum sum) {
    double wide = c;
    sum.clear();
    sum.add(c, AlignedSum.exponent(addend, c));
    for (int k = 0; k < K; k++) {
      double left = x.a[row * K + k];
      double right = x.b[k * LANES + column];
      wide += left * right;
      int exponent = AlignedSum.exponent(FloatFormat.F16, left) + AlignedSum.exponent(FloatFormat.F16, right);
      sum.add(left * right, exponent);
    }
    if (isWide) {
      return result.encode(wide, Rounding.NEAREST_EVEN, false);
    }
    return result == FloatFormat.F16 ? sum.half() : sum.single(rule.outputBits());
  }

  private void write(int[] words, int[] d, int quad, int[] matrix) {
    for (int l = 0; l < LANES; l++) {
      for (int r = 0; r < d.length; r++) {
        words[d[r] + lane(quad, l)] =
            result == FloatFormat.F16
                ? matrix[place(result, l, 2 * r)] | matrix[place(result, l, 2 * r + 1)] << 16
                : matrix[place(result, l, r)];
      }
    }
  }
}
