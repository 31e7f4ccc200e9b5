package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WORD;

import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Exponents as 16-bit numbers, of which a vector holds twice as many. */
final class Exponents {
  static final VectorSpecies<Short> SHORT = ShortVector.SPECIES_PREFERRED;

  /** Lanes of a vector of exponents. */
  static final int LANES = SHORT.length();

  /** As many exponents as a vector of words has lanes. */
  static final VectorSpecies<Short> HALF =
      VectorSpecies.of(short.class, VectorShape.forBitSize(WORD.vectorBitSize() / 2));

  private Exponents() {}
}
