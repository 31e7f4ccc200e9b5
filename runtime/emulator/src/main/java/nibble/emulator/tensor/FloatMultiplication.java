package nibble.emulator.tensor;

import java.util.Optional;
import nibble.emulator.format.FloatFormat;

/**
 * Floating-point operands, summed term by term as {@link AlignedSum} does. For every shape, and the reference for
 * others.
 */
final class FloatMultiplication implements Multiplication {
  private final TileMap aMap;
  private final TileMap bMap;
  private final TileMap cMap;
  private final ElementType aType;
  private final ElementType bType;
  private final boolean isHalf;
  private final Accumulation rule;
  private final Optional<Sparsity> sparsity;

  FloatMultiplication(
      TileMap aMap,
      TileMap bMap,
      TileMap cMap,
      ElementType aType,
      ElementType bType,
      Accumulation rule,
      Optional<Sparsity> sparsity) {
    this.aMap = aMap;
    this.bMap = bMap;
    this.cMap = cMap;
    this.aType = aType;
    this.bType = bType;
    this.isHalf = cMap.perRegister() == 2;
    this.rule = rule;
    this.sparsity = sparsity;
  }

  @Override
  public void run(
      int[] words, long[] longs, int[] d, int[] a, int[] b, int[] c, int metadata, TensorScratch x) {
    decode(aMap, aType, words, a, x.a, x.aExponent);
    decode(bMap, bType, words, b, x.b, x.bExponent);
    Tiles.read(cMap, words, c, x.c);
    Sparsity.places(sparsity, aMap, words, metadata, x.k);
    AlignedSum sum = new AlignedSum(rule.fractionBits());
    for (int row = 0; row < aMap.rows(); row++) {
      for (int column = 0; column < 8; column++) {
        int place = row * 8 + column;
        x.c[place] = element(x, row, column, x.c[place], sum);
      }
    }
    Tiles.write(cMap, words, d, x.c);
  }

  /** Values of an operand's elements, and the exponents with which they are counted. */
  static void decode(
      TileMap map, ElementType type, int[] words, int[] registers, double[] values, int[] exponents) {
    Tiles.read(
        map, type.bits(), words, registers,
        (index, code) -> {
          values[index] = type.value(code);
          exponents[index] = AlignedSum.exponent(type.format(), values[index]);
        });
  }

  private int element(TensorScratch x, int row, int column, int addend, AlignedSum sum) {
    int terms = aMap.columns();
    int share = terms / rule.steps();
    FloatFormat format = isHalf ? FloatFormat.F16 : FloatFormat.F32;
    int result = addend;
    for (int step = 0; step < rule.steps(); step++) {
      sum.clear();
      double c = format.decode(result);
      sum.add(c, AlignedSum.exponent(format, c));
      for (int i = step * share; i < (step + 1) * share; i++) {
        int left = row * terms + i;
        int right = x.k[left] * 8 + column;
        sum.add(x.a[left] * x.b[right], x.aExponent[left] + x.bExponent[right]);
      }
      result = isHalf ? sum.half() : sum.single(rule.outputBits());
    }
    return result;
  }
}
