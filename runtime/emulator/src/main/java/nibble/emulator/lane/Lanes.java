package nibble.emulator.lane;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * A warp's registers as vectors. A register is 32 neighbouring elements of a file; a vector holds {@link #WORDS} or
 * {@link #LONGS} of them, so a helper is a loop of a few rounds that the compiler unrolls.
 */
public final class Lanes {
  public static final int WARP = 32;

  public static final VectorSpecies<Integer> WORD = IntVector.SPECIES_PREFERRED;
  public static final VectorSpecies<Long> LONG = LongVector.SPECIES_PREFERRED;

  /** As many 32-bit values as a vector of 64-bit ones has lanes. */
  private static final VectorSpecies<Integer> HALF =
      VectorSpecies.of(int.class, VectorShape.forBitSize(LONG.vectorBitSize() / 2));

  /** Lanes of a vector of 32-bit values. */
  public static final int WORDS = WORD.length();

  /** Lanes of a vector of 64-bit values. */
  public static final int LONGS = LONG.length();

  private Lanes() {}

  /** Part of a 32-bit register. */
  public static IntVector get(int[] file, int at) {
    return IntVector.fromArray(WORD, file, at);
  }

  /** Part of a 64-bit register. */
  public static LongVector get(long[] file, int at) {
    return LongVector.fromArray(LONG, file, at);
  }

  /** Part of a 32-bit register, sign-extended. */
  public static LongVector signed(int[] file, int at) {
    return (LongVector) IntVector.fromArray(HALF, file, at).convertShape(VectorOperators.I2L, LONG, 0);
  }

  /** Part of a 32-bit register, zero-extended. */
  public static LongVector unsigned(int[] file, int at) {
    return (LongVector) IntVector.fromArray(HALF, file, at).convertShape(VectorOperators.ZERO_EXTEND_I2L, LONG, 0);
  }

  /** Writes the lanes of the mask, which starts at the vector's first lane. */
  public static void put(int[] file, int at, int mask, IntVector value) {
    value.intoArray(file, at, VectorMask.fromLong(WORD, mask));
  }

  /** Writes the lanes of the mask, which starts at the vector's first lane. */
  public static void put(long[] file, int at, int mask, LongVector value) {
    value.intoArray(file, at, VectorMask.fromLong(LONG, mask));
  }

  /** The vector's part of a mask of 32 lanes. */
  public static VectorMask<Integer> words(int mask, int lane) {
    return VectorMask.fromLong(WORD, mask >> lane);
  }

  /** The vector's part of a mask of 32 lanes. */
  public static VectorMask<Long> longs(int mask, int lane) {
    return VectorMask.fromLong(LONG, mask >> lane);
  }

  /** Whether the lane is in the mask. */
  public static boolean has(int mask, int lane) {
    return (mask >>> lane & 1) != 0;
  }
}
