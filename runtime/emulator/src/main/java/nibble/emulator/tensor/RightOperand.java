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
 * The right operand of a tile, taken apart: for each {@code k} its four even columns, repeated to fill a vector, and
 * its four odd ones. Kept from one multiplication to the next.
 */
final class RightOperand {
  private static final VectorSpecies<Float> FLOAT = FloatVector.SPECIES_PREFERRED;

  // Four numbers, over and over: the first, second, third and last of 16.
  private static final VectorShuffle<Integer> REPEAT_0 = repeat(0);
  private static final VectorShuffle<Integer> REPEAT_1 = repeat(1);
  private static final VectorShuffle<Integer> REPEAT_2 = repeat(2);
  private static final VectorShuffle<Integer> REPEAT_3 = repeat(3);

  /** For each {@code k} a vector of even columns, and one of odd ones. */
  float[] value = {};

  /** For each {@code k}, for each lane: the even column's and the odd one's, both twice. */
  byte[] exponent = {};

  private final int[] source = new int[2 * WARP];
  private final int[] transposed = new int[WARP];

  private final float[] plane = new float[8 * WARP];
  private final int[] planeExponent = new int[8 * WARP];
  private ElementType type;
  private boolean isQuick;

  private static VectorShuffle<Integer> repeat(int quarter) {
    return VectorShuffle.fromOp(WORD, lane -> (4 * quarter + (lane & 3)) % WORDS);
  }

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

  /** As many {@code k} as the decoded numbers are of, two from 16 of them. */
  private void place(int k, int count, boolean hasExponents) {
    for (int i = 0; i < count; i += 2) {
      int to = 2 * WORDS * (k + i);
      place(plane, 8 * i, value, to);
      if (hasExponents) {
        placeExponents(planeExponent, 8 * i, exponent, 2 * to);
      }
    }
  }

  // Where a vector has 16 numbers, the four that are read are one.

  private static void place(float[] from, int at, float[] to, int target) {
    IntVector first = FloatVector.fromArray(FLOAT, from, at).reinterpretAsInts();
    IntVector second = FloatVector.fromArray(FLOAT, from, at + 4 / WORDS * WORDS).reinterpretAsInts();
    IntVector third = FloatVector.fromArray(FLOAT, from, at + 8 / WORDS * WORDS).reinterpretAsInts();
    IntVector last = FloatVector.fromArray(FLOAT, from, at + 12 / WORDS * WORDS).reinterpretAsInts();
    first.rearrange(REPEAT_0).reinterpretAsFloats().intoArray(to, target);
    second.rearrange(REPEAT_1).reinterpretAsFloats().intoArray(to, target + WORDS);
    third.rearrange(REPEAT_2).reinterpretAsFloats().intoArray(to, target + 2 * WORDS);
    last.rearrange(REPEAT_3).reinterpretAsFloats().intoArray(to, target + 3 * WORDS);
  }

  private static void placeExponents(int[] from, int at, byte[] to, int target) {
    IntVector firstEven = IntVector.fromArray(WORD, from, at).rearrange(REPEAT_0);
    IntVector firstOdd = IntVector.fromArray(WORD, from, at + 4 / WORDS * WORDS).rearrange(REPEAT_1);
    IntVector first = firstEven.and(0xff).or(firstOdd.and(0xff).lanewise(VectorOperators.LSHL, 8));
    first.or(first.lanewise(VectorOperators.LSHL, 16)).reinterpretAsBytes().intoArray(to, target);
    IntVector secondEven = IntVector.fromArray(WORD, from, at + 8 / WORDS * WORDS).rearrange(REPEAT_2);
    IntVector secondOdd = IntVector.fromArray(WORD, from, at + 12 / WORDS * WORDS).rearrange(REPEAT_3);
    IntVector second = secondEven.and(0xff).or(secondOdd.and(0xff).lanewise(VectorOperators.LSHL, 8));
    second.or(second.lanewise(VectorOperators.LSHL, 16)).reinterpretAsBytes().intoArray(to, target + 4 * WORDS);
  }
}
