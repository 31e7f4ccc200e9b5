package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * The left operand of a tile, taken apart: for each {@code k} its 16 rows, each in the four lanes that need it. Kept
 * from one multiplication to the next, because a kernel multiplies each by several right operands.
 *
 * <p>What a vector of lanes needs lies together, in the order in which it is used: for each {@code k} its rows of the
 * upper half, and those of the lower one.
 */
final class LeftOperand {
  /** Of elements of four bits. */
  private static final int MOST_TERMS = 64;

  private static final VectorShuffle<Integer> SPREAD_0 = spread(0);
  private static final VectorShuffle<Integer> SPREAD_1 = spread(1);
  private static final VectorShuffle<Integer> SPREAD_2 = spread(2);
  private static final VectorShuffle<Integer> SPREAD_3 = spread(3);

  /** Numbers that it needs at most. */
  static final int SIZE = 3 * MOST_TERMS * WARP + 4 * WARP;

  /** Where it is. */
  final int[] memory;

  /**
   * Where the values are. From {@code 2 * terms * lane} on, for each {@code k}: a vector of the upper rows, and one of
   * the lower ones.
   */
  final int value;

  /**
   * Where the exponents are. From {@code terms * lane} on, for each {@code k}, for each lane: four bytes, the upper
   * row's twice, then the lower one's.
   */
  int exponent;

  private final int source;

  // Of a register's elements, where they are before they are spread.
  private final int upper;
  private final int upperExponent;
  private final int lower;
  private final int lowerExponent;

  private ElementType type;

  /** The registers that it was in. */
  private int[] list;

  private int terms;
  private boolean isQuick;

  /**
   * An operand that holds nothing yet.
   *
   * @param planes where there is room for four of {@link Operands#PLANE} meanwhile
   */
  LeftOperand(TileMemory memory, int planes) {
    this.memory = memory.words;
    value = memory.place(SIZE - 4 * WARP);
    source = memory.place(4 * WARP);
    upper = planes;
    upperExponent = planes + Operands.PLANE;
    lower = planes + 2 * Operands.PLANE;
    lowerExponent = planes + 3 * Operands.PLANE;
  }

  private static VectorShuffle<Integer> spread(int t) {
    return VectorShuffle.fromOp(WORD, lane -> (lane & ~3) + t);
  }

  /** Columns that it has. */
  int terms() {
    return terms;
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
      terms = registers.length / 2 * 4 * decoder.perRegister();
      exponent = value + 2 * terms * WARP;
      Operands.copy(memory, source, words, registers);
      isQuick = true;
      for (int r = 0; r < registers.length; r += 2) {
        isQuick &= decoder.decode(memory, source + r * WARP, memory, upper, upperExponent);
        isQuick &= decoder.decode(memory, source + r * WARP + WARP, memory, lower, lowerExponent);
        for (int e = 0; e < decoder.perRegister(); e++) {
          place(e * WARP, (r / 2 * decoder.perRegister() + e) * 4, decoder.hasExponents());
        }
      }
    }
    return isQuick;
  }

  /** Four neighbouring {@code k}, which four neighbouring lanes hold. */
  private void place(int from, int k, boolean hasExponents) {
    for (int lane = 0; lane < WARP; lane += WORDS) {
      int to = 2 * (terms * lane + k * WORDS);
      spread(upper + from + lane, value + to);
      spread(lower + from + lane, value + to + WORDS);
      if (hasExponents) {
        spreadExponents(from + lane, exponent + to / 2);
      }
    }
  }

  private void spread(int from, int target) {
    IntVector bits = IntVector.fromArray(WORD, memory, from);
    bits.rearrange(SPREAD_0).intoArray(memory, target);
    bits.rearrange(SPREAD_1).intoArray(memory, target + 2 * WORDS);
    bits.rearrange(SPREAD_2).intoArray(memory, target + 4 * WORDS);
    bits.rearrange(SPREAD_3).intoArray(memory, target + 6 * WORDS);
  }

  private void spreadExponents(int from, int to) {
    IntVector low = IntVector.fromArray(WORD, memory, upperExponent + from).and(0xff);
    IntVector high = IntVector.fromArray(WORD, memory, lowerExponent + from).lanewise(VectorOperators.LSHL, 16);
    IntVector pair = low.or(high.and(0xff0000));
    IntVector all = pair.or(pair.lanewise(VectorOperators.LSHL, 8));
    all.rearrange(SPREAD_0).intoArray(memory, to);
    all.rearrange(SPREAD_1).intoArray(memory, to + WORDS);
    all.rearrange(SPREAD_2).intoArray(memory, to + 2 * WORDS);
    all.rearrange(SPREAD_3).intoArray(memory, to + 3 * WORDS);
  }
}
