package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The right operand of a tile, taken apart: for each {@code k} its four even columns, repeated to fill a vector, and its four
 * odd ones. Kept from one multiplication to the next.
 */
final class RightOperand {
  private static final VectorSpecies<Float> FLOAT = FloatVector.SPECIES_PREFERRED;

  /** Four numbers, over and over. */
  private static final VectorShuffle<Integer> REPEAT = VectorShuffle.fromOp(WORD, lane -> lane & 3);

  /** For each {@code k} a vector of even columns, and one of odd ones. */
  float[] value = {};

  /** For each {@code k}, for each lane: the even column's and the odd one's, both twice. */
  byte[] exponent = {};

  private final int[] source = new int[2 * WARP];
  private final int[] transposed = new int[WARP];

  /** With room to read a vector from the last four elements. */
  private final float[] plane = new float[8 * WARP + WARP];

  private final int[] planeExponent = new int[8 * WARP + WARP];
  private ElementType type;
  private boolean isQuick;

  /** Takes an operand apart, unless it is the one that is here; false if it cannot be summed quickly. */
  boolean load(OperandDecoder decoder, int[] words, int[] registers) {
    if (type != decoder.type() || !Operands.isSame(source, words, registers)) {
      type = decoder.type();
      int terms = registers.length * 4 * decoder.perRegister();
      if (value.length < terms * 2 * WORDS) {
        value = new float[terms * 2 * WORDS];
        exponent = new byte[terms * 4 * WORDS];
      }
      Operands.copy(source, words, registers);
      isQuick = true;
      for (int r = 0; r < registers.length; r++) {
        Operands.transpose(source, r * WARP, transposed);
        isQuick &= decoder.decode(transposed, 0, plane, planeExponent);
        place(4 * decoder.perRegister() * r, 4 * decoder.perRegister(), decoder.hasExponents());
      }
    }
    return isQuick;
  }

  private void place(int k, int count, boolean hasExponents) {
    for (int i = 0; i < count; i++) {
      int to = 2 * WORDS * (k + i);
      repeat(plane, 8 * i, value, to);
      repeat(plane, 8 * i + 4, value, to + WORDS);
      if (hasExponents) {
        repeatExponents(planeExponent, 8 * i, exponent, 2 * to);
      }
    }
  }

  private static void repeat(float[] from, int at, float[] to, int target) {
    IntVector four = FloatVector.fromArray(FLOAT, from, at).reinterpretAsInts().rearrange(REPEAT);
    four.reinterpretAsFloats().intoArray(to, target);
  }

  private static void repeatExponents(int[] from, int at, byte[] to, int target) {
    IntVector even = IntVector.fromArray(WORD, from, at).and(0xff);
    IntVector odd = IntVector.fromArray(WORD, from, at + 4).lanewise(VectorOperators.LSHL, 8).and(0xff00);
    IntVector pair = even.or(odd);
    IntVector all = pair.or(pair.lanewise(VectorOperators.LSHL, 16)).rearrange(REPEAT);
    all.reinterpretAsBytes().intoArray(to, target);
  }
}
