package nibble.emulator.tensor;

import java.util.Optional;
import nibble.emulator.TensorArithmetic;
import nibble.emulator.format.Rounding;
import nibble.emulator.model.Target;

/** Chooses what computes a matrix instruction whose result has eight columns. */
public final class Multiplications {
  private static final int WHOLE_BITS = 256;

  private Multiplications() {}

  /**
   * Floating-point operands of up to 32 bits.
   *
   * @param k dense columns of the left operand
   * @param isHalf whether the accumulator is f16
   */
  public static Multiplication floating(
      Target target,
      TensorArithmetic arithmetic,
      int rows,
      int k,
      ElementType aType,
      ElementType bType,
      boolean isHalf,
      Optional<Sparsity> sparsity) {
    int kept = sparsity.isPresent() ? k / 2 : k;
    TileMap a = TileMap.a(rows, kept, aType.perRegister());
    TileMap b = TileMap.b(k, bType.perRegister());
    TileMap c = TileMap.c(rows, isHalf ? 2 : 1);
    if (arithmetic == TensorArithmetic.IEEE) {
      return new WideSum(a, b, c, aType, bType, sparsity);
    }
    boolean isWhole = kept * aType.bits() == WHOLE_BITS;
    Accumulation rule = Accumulation.of(target, aType, isWhole);
    boolean isSplit = aType.bits() == 8 && target.number() >= 90 && target.number() < 120;
    if (isSplit && sparsity.isEmpty()) {
      return new SplitByteMultiplication(a, c, aType, bType, Accumulation.of(target, ElementType.F16, isWhole));
    }
    return modelled(a, b, c, aType, bType, rule, sparsity);
  }

  private static Multiplication modelled(
      TileMap a, TileMap b, TileMap c, ElementType aType, ElementType bType, Accumulation rule,
      Optional<Sparsity> sparsity) {
    FloatMultiplication plain = new FloatMultiplication(a, b, c, aType, bType, rule, sparsity);
    boolean isQuick = a.rows() == 16 && c.perRegister() == 1 && sparsity.isEmpty();
    return isQuick ? new AlignedTile(plain, aType, bType, a.columns(), rule) : plain;
  }

  /**
   * Floating-point operands of a warpgroup's instruction: its 16 rows of a warp, and eight columns.
   *
   * @param k dense columns of the left operand
   * @param isHalf whether the accumulator is f16
   */
  public static Multiplication warpgroup(
      TensorArithmetic arithmetic, int k, ElementType aType, ElementType bType, boolean isHalf,
      Optional<Sparsity> sparsity) {
    TileMap a = TileMap.a(16, sparsity.isPresent() ? k / 2 : k, aType.perRegister());
    TileMap b = TileMap.b(k, bType.perRegister());
    TileMap c = TileMap.c(16, isHalf ? 2 : 1);
    if (arithmetic == TensorArithmetic.IEEE) {
      return new WideSum(a, b, c, aType, bType, sparsity);
    }
    return modelled(a, b, c, aType, bType, Accumulation.ofWarpgroup(aType), sparsity);
  }

  /** Halves in four products of 8 by 8 by 4; see {@link QuadMultiplication}. */
  public static Multiplication quads(
      Target target, TensorArithmetic arithmetic, boolean aByColumns, boolean bByColumns, boolean isHalfAddend,
      boolean isHalf) {
    return new QuadMultiplication(target, arithmetic, aByColumns, bByColumns, isHalfAddend, isHalf);
  }

  /** Integer operands of four or eight bits. */
  public static Multiplication integer(
      int rows, int k, ElementType aType, ElementType bType, boolean saturates, Optional<Sparsity> sparsity) {
    if (rows == 16 && !saturates && sparsity.isEmpty()) {
      return new IntegerTile(aType, bType);
    }
    int kept = sparsity.isPresent() ? k / 2 : k;
    TileMap a = TileMap.a(rows, kept, aType.perRegister());
    TileMap b = TileMap.b(k, bType.perRegister());
    return new IntegerMultiplication(a, b, TileMap.c(rows, 1), aType, bType, saturates, sparsity);
  }

  /** Operands of single bits, whose differences or common ones are counted. */
  public static Multiplication bits(int rows, int k, boolean isXor) {
    return new BitMultiplication(
        TileMap.a(rows, k / 32, 1), TileMap.b(k / 32, 1), TileMap.c(rows, 1), isXor);
  }

  /** Double-precision operands. */
  public static Multiplication doubles(int rows, int k, Rounding rounding) {
    return new DoubleMultiplication(TileMap.a(rows, k, 1), TileMap.b(k, 1), TileMap.c(rows, 1), rounding);
  }
}
