package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * The right operand of a tile, taken apart: for each {@code k} its four even columns, repeated to fill a vector, and
 * its four odd ones. Kept from one multiplication to the next.
 */
final class RightOperand {
  /** Of elements of four bits. */
  private static final int MOST_TERMS = 64;

  // Four numbers, over and over: the first, second, third and last of 16.
  private static final VectorShuffle<Integer> REPEAT_0 = repeat(0);
  private static final VectorShuffle<Integer> REPEAT_1 = repeat(1);
  private static final VectorShuffle<Integer> REPEAT_2 = repeat(2);
  private static final VectorShuffle<Integer> REPEAT_3 = repeat(3);

  /** Lanes four on. */
  private static final VectorShuffle<Integer> FOUR_ON = VectorShuffle.fromOp(WORD, lane -> (lane + 4) % WORDS);

  /** Numbers that it needs at most. */
  static final int SIZE = 3 * MOST_TERMS * WORDS + 2 * WARP;

  /** Where it is. */
  final int[] memory;

  /** Where the values are: for each {@code k} a vector of even columns, and one of odd ones. */
  final int value;

  /**
   * Where the exponents are: for each {@code k}, for each lane, four bytes, the even column's and the odd one's, both
   * twice.
   */
  int exponent;

  private final int source;
  private final int transposed;
  private final int plane;
  private final int planeExponent;
  private ElementType type;

  /** The registers that it was in. */
  private int[] list;

  private boolean isQuick;

  /**
   * An operand that holds nothing yet.
   *
   * @param planes where there is room for four of {@link Operands#PLANE} meanwhile
   */
  RightOperand(TileMemory memory, int planes) {
    this.memory = memory.words;
    value = memory.place(SIZE - 2 * WARP);
    source = memory.place(2 * WARP);
    transposed = planes;
    plane = planes + Operands.PLANE;
    planeExponent = planes + 2 * Operands.PLANE;
  }

  private static VectorShuffle<Integer> repeat(int quarter) {
    return VectorShuffle.fromOp(WORD, lane -> (4 * quarter + (lane & 3)) % WORDS);
  }

  /**
   * Takes an operand apart, unless it is the one that is here.
   *
   * @param isKnown whether it is, if it was the last in these registers that was taken apart here
   * @return false if it cannot be summed quickly
   */
  boolean load(OperandDecoder decoder, int[] words, int[] registers, boolean isKnown) {
    if (isKnown && list == registers && type == decoder.type()) {
      return isQuick;
    }
    list = registers;
    if (type != decoder.type() || !Operands.isSame(memory, source, words, registers)) {
      type = decoder.type();
      int terms = registers.length * 4 * decoder.perRegister();
      exponent = value + 2 * terms * WORDS;
      Operands.copy(memory, source, words, registers);
      isQuick = true;
      for (int r = 0; r < registers.length; r++) {
        Operands.transpose(memory, source + r * WARP, transposed);
        isQuick &= decoder.decode(memory, transposed, memory, plane, planeExponent);
        place(4 * decoder.perRegister() * r, 4 * decoder.perRegister(), decoder.hasExponents());
      }
    }
    return isQuick;
  }

  /** As many {@code k} as the decoded numbers are of, two from 16 of them. */
  private void place(int k, int count, boolean hasExponents) {
    for (int i = 0; i < count; i += 2) {
      int to = 2 * WORDS * (k + i);
      place(plane + 8 * i, value + to);
      if (hasExponents) {
        placeExponents(planeExponent + 8 * i, exponent + to / 2);
      }
    }
  }

  // Where a vector has 16 numbers, the four that are read are one.

  private void place(int at, int target) {
    IntVector first = IntVector.fromArray(WORD, memory, at);
    IntVector second = IntVector.fromArray(WORD, memory, at + 4 / WORDS * WORDS);
    IntVector third = IntVector.fromArray(WORD, memory, at + 8 / WORDS * WORDS);
    IntVector last = IntVector.fromArray(WORD, memory, at + 12 / WORDS * WORDS);
    first.rearrange(REPEAT_0).intoArray(memory, target);
    second.rearrange(REPEAT_1).intoArray(memory, target + WORDS);
    third.rearrange(REPEAT_2).intoArray(memory, target + 2 * WORDS);
    last.rearrange(REPEAT_3).intoArray(memory, target + 3 * WORDS);
  }

  /** Of two {@code k}: the even columns' exponents with the odd ones', which are four lanes on. */
  private void placeExponents(int at, int target) {
    IntVector firstEven = IntVector.fromArray(WORD, memory, at).and(0xff);
    IntVector firstOdd = IntVector.fromArray(WORD, memory, at + 4 / WORDS * WORDS).and(0xff).rearrange(FOUR_ON);
    IntVector first = firstEven.or(firstOdd.lanewise(VectorOperators.LSHL, 8));
    IntVector secondEven = IntVector.fromArray(WORD, memory, at + 8 / WORDS * WORDS).and(0xff);
    IntVector secondOdd = IntVector.fromArray(WORD, memory, at + 12 / WORDS * WORDS).and(0xff).rearrange(FOUR_ON);
    IntVector second = secondEven.or(secondOdd.lanewise(VectorOperators.LSHL, 8));
    first.or(first.lanewise(VectorOperators.LSHL, 16)).rearrange(REPEAT_0).intoArray(memory, target);
    second.or(second.lanewise(VectorOperators.LSHL, 16)).rearrange(REPEAT_2).intoArray(memory, target + WORDS);
  }
}
