package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;

import java.util.Optional;
import nibble.emulator.TensorArithmetic;
import nibble.emulator.format.FloatFormat;
import nibble.emulator.format.Rounding;
import nibble.emulator.format.ScaleFormat;

/**
 * Floating-point operands with block scales (PTX ISA 9.7.14.3): every row of {@code a} and every column of {@code b} is
 * cut along {@code k} into chunks, each of which is multiplied by a scale of its own.
 *
 * <p>Elements of a byte: the scales' exponents are added to those of the products, which are summed as
 * {@link AlignedSum} does. Elements of four bits: products are first summed exactly in groups of 16, which take part as
 * one term each, whose exponent is that of its scales (MMA-Sim, "Bit-Accurate Reference Model of Tensor Cores and
 * Matrix Cores").
 */
public final class ScaledMultiplication {
  private static final int GROUP = 16;
  private static final int BYTE_FRACTION = 25;
  private static final int NIBBLE_FRACTION = 35;
  private static final int SINGLE = 23;

  private final ElementType aType;
  private final ElementType bType;
  private final TileMap aMap;
  private final TileMap bMap;
  private final TileMap cMap = TileMap.c(16, 1);
  private final int chunks;
  private final ScaleFormat scale;
  private final Optional<Sparsity> sparsity;
  private final boolean isWide;

  /**
   * A multiplication of 16 by 8.
   *
   * @param k dense columns of the left operand
   * @param chunks scales of a row or column
   */
  public ScaledMultiplication(
      TensorArithmetic arithmetic, int k, ElementType aType, ElementType bType, int chunks, ScaleFormat scale,
      Optional<Sparsity> sparsity) {
    this.aType = aType;
    this.bType = bType;
    this.aMap = TileMap.a(16, sparsity.isPresent() ? k / 2 : k, aType.perRegister());
    this.bMap = TileMap.b(k, bType.perRegister());
    this.chunks = chunks;
    this.scale = scale;
    this.sparsity = sparsity;
    this.isWide = arithmetic == TensorArithmetic.IEEE;
  }

  /** Scales of a row or column. */
  public int chunks() {
    return chunks;
  }

  /** A lane whose row has metadata that are not legal, or -1. */
  public int illegalLane(int[] words, int metadata) {
    return sparsity.map(it -> it.illegal(aMap, words, metadata, true)).orElse(-1);
  }

  /**
   * Where the scales are.
   *
   * @param register that holds those of a lane
   * @param first the byte of the first chunk's scale
   * @param thread which lanes of each four hold them
   */
  public record Scales(int register, int first, int thread) {}

  /** Multiplies; see {@link Multiplication#run}. */
  public void run(
      int[] words, int[] d, int[] a, int[] b, int[] c, int metadata, Scales aScales, Scales bScales, TensorScratch x) {
    FloatMultiplication.decode(aMap, aType, words, a, x.a, x.aExponent);
    FloatMultiplication.decode(bMap, bType, words, b, x.b, x.bExponent);
    Tiles.read(cMap, words, c, x.c);
    Sparsity.places(sparsity, aMap, words, metadata, x.k);
    int[] left = codes(words, 16, aScales, (row, thread) -> 4 * (row & 7) + 2 * thread + (row >> 3));
    int[] right = codes(words, 8, bScales, (column, thread) -> 4 * column + thread);
    boolean isGrouped = aType.bits() == 4;
    AlignedSum sum = new AlignedSum(isGrouped ? NIBBLE_FRACTION : BYTE_FRACTION);
    for (int row = 0; row < 16; row++) {
      for (int column = 0; column < 8; column++) {
        int place = row * 8 + column;
        double addend = FloatFormat.F32.decode(x.c[place]);
        sum.clear();
        sum.add(addend, AlignedSum.exponent(FloatFormat.F32, addend));
        double wide = addend;
        int size = isGrouped ? GROUP : 1;
        for (int first = 0; first < aMap.columns(); first += size) {
          int chunk = first / (aMap.columns() / chunks);
          wide += add(x, row, column, first, size, left[row * chunks + chunk], right[column * chunks + chunk], sum);
        }
        x.c[place] = isWide ? FloatFormat.F32.encode(wide, Rounding.NEAREST_EVEN, false) : sum.single(SINGLE);
      }
    }
    Tiles.write(cMap, words, d, x.c);
  }

  @FunctionalInterface
  private interface Lane {
    int of(int line, int thread);
  }

  private int[] codes(int[] words, int lines, Scales scales, Lane lane) {
    int[] codes = new int[lines * chunks];
    for (int line = 0; line < lines; line++) {
      int word = words[scales.register + lane.of(line, scales.thread) % WARP];
      for (int chunk = 0; chunk < chunks; chunk++) {
        codes[line * chunks + chunk] = word >>> 8 * (scales.first + chunk) & 255;
      }
    }
    return codes;
  }

  /** Adds products that share their scales as one term, and gives it. */
  private double add(
      TensorScratch x, int row, int column, int first, int count, int aScale, int bScale, AlignedSum sum) {
    int exponent = scale.exponent(aScale) + scale.exponent(bScale);
    double products = 0;
    int at = row * aMap.columns() + first;
    for (int i = at; i < at + count; i++) {
      products += x.a[i] * x.b[x.k[i] * 8 + column];
    }
    int own = count == 1 ? x.aExponent[at] + x.bExponent[x.k[at] * 8 + column] : 0;
    double significands = scale.significand(aScale) * scale.significand(bScale);
    double term = Math.scalb(products * significands, exponent);
    sum.add(term, term == 0 ? AlignedSum.ZERO : own + exponent);
    return term;
  }
}
