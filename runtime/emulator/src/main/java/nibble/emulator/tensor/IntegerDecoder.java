package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Takes packed integers of four or eight bits apart. */
final class IntegerDecoder implements OperandDecoder {
  private static final VectorSpecies<Float> FLOAT = FloatVector.SPECIES_PREFERRED;

  private final ElementType type;
  private final int bits;
  private final int perRegister;
  private final int keep;

  IntegerDecoder(ElementType type) {
    this.type = type;
    bits = type.bits();
    perRegister = type.perRegister();
    keep = type.isSigned() ? -1 : (1 << bits) - 1;
  }

  @Override
  public ElementType type() {
    return type;
  }

  @Override
  public boolean hasExponents() {
    return false;
  }

  @Override
  public boolean decode(int[] words, int register, int[] memory, int values, int exponents) {
    for (int e = 0; e < perRegister; e++) {
      int left = 32 - bits * (e + 1);
      for (int lane = 0; lane < WARP; lane += WORDS) {
        IntVector upper = IntVector.fromArray(WORD, words, register + lane).lanewise(VectorOperators.LSHL, left);
        // A signed element is moved down with its sign; an unsigned one loses what the shift brings in.
        IntVector value = upper.lanewise(VectorOperators.ASHR, 32 - bits).and(keep);
        IntVector single = value.convertShape(VectorOperators.I2F, FLOAT, 0).reinterpretAsInts();
        single.intoArray(memory, values + e * WARP + lane);
      }
    }
    return true;
  }
}
