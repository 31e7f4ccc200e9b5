package nibble.emulator.lane;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * A warp's registers as vectors. A register is 32 neighbouring elements of a file; a vector holds {@link #WORDS} or
 * {@link #LONGS} of them, so a helper is a loop of a few rounds that the compiler unrolls.
 *
 * <p>No method here or elsewhere takes or gives a vector: where the JVM's compiler has inlined so much that it leaves
 * such a method as a call, the vector is allocated, and the code is fifty times as slow. Vectors stay within the method
 * that makes them.
 */
public final class Lanes {
  public static final int WARP = 32;

  public static final VectorSpecies<Integer> WORD = IntVector.SPECIES_PREFERRED;
  public static final VectorSpecies<Long> LONG = LongVector.SPECIES_PREFERRED;

  /** As many 32-bit values as a vector of 64-bit ones has lanes. */
  public static final VectorSpecies<Integer> HALF =
      VectorSpecies.of(int.class, VectorShape.forBitSize(LONG.vectorBitSize() / 2));

  /** Lanes of a vector of 32-bit values. */
  public static final int WORDS = WORD.length();

  /** Lanes of a vector of 64-bit values. */
  public static final int LONGS = LONG.length();

  private Lanes() {}

  /** Whether the lane is in the mask. */
  public static boolean has(int mask, int lane) {
    return (mask >>> lane & 1) != 0;
  }
}
