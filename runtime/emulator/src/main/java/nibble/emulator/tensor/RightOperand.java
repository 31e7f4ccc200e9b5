package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
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

  final float[] even = new float[64 * WORDS];
  final float[] odd = new float[64 * WORDS];
  final short[] evenExponent = new short[64 * Exponents.LANES];
  final short[] oddExponent = new short[64 * Exponents.LANES];

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
      Operands.copy(source, words, registers);
      isQuick = true;
      for (int r = 0; r < registers.length; r++) {
        Operands.transpose(source, r * WARP, transposed);
        isQuick &= decoder.decode(transposed, 0, plane, planeExponent);
        place(r, decoder.perRegister());
      }
    }
    return isQuick;
  }

  private void place(int block, int perRegister) {
    for (int i = 0; i < 4 * perRegister; i++) {
      int k = 4 * perRegister * block + i;
      repeat(plane, 8 * i, even, k * WORDS);
      repeat(plane, 8 * i + 4, odd, k * WORDS);
      repeat(planeExponent, 8 * i, evenExponent, k * Exponents.LANES);
      repeat(planeExponent, 8 * i + 4, oddExponent, k * Exponents.LANES);
    }
  }

  private static void repeat(float[] from, int at, float[] to, int target) {
    IntVector four = FloatVector.fromArray(FLOAT, from, at).reinterpretAsInts().rearrange(REPEAT);
    four.reinterpretAsFloats().intoArray(to, target);
  }

  private static void repeat(int[] from, int at, short[] to, int target) {
    IntVector four = IntVector.fromArray(WORD, from, at).rearrange(REPEAT);
    ShortVector narrow = (ShortVector) four.convertShape(VectorOperators.I2S, Exponents.HALF, 0);
    narrow.intoArray(to, target);
    narrow.intoArray(to, target + WORDS);
  }
}
