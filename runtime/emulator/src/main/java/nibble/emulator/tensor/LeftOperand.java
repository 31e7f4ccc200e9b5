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
 * The left operand of a tile, taken apart: for each {@code k} its 16 rows, each in the four lanes that need it. Kept
 * from one multiplication to the next, because a kernel multiplies each by several right operands.
 *
 * <p>What a vector of lanes needs lies together, in the order in which it is used: for each {@code k} its rows of the
 * upper half, and those of the lower one.
 */
final class LeftOperand {
  private static final VectorSpecies<Float> FLOAT = FloatVector.SPECIES_PREFERRED;
  private static final VectorShuffle<Integer> SPREAD_0 = spread(0);
  private static final VectorShuffle<Integer> SPREAD_1 = spread(1);
  private static final VectorShuffle<Integer> SPREAD_2 = spread(2);
  private static final VectorShuffle<Integer> SPREAD_3 = spread(3);

  /** From {@code 2 * terms * lane} on, for each {@code k}: a vector of the upper rows, and one of the lower ones. */
  float[] value = {};

  /**
   * From {@code 4 * terms * lane} on, for each {@code k}, for each lane: the upper row's twice, then the lower one's.
   */
  byte[] exponent = {};

  private final int[] source = new int[4 * WARP];
  private final float[] upper = new float[8 * WARP];
  private final float[] lower = new float[8 * WARP];
  private final int[] upperExponent = new int[8 * WARP];
  private final int[] lowerExponent = new int[8 * WARP];
  private ElementType type;
  private int terms;
  private boolean isQuick;

  private static VectorShuffle<Integer> spread(int t) {
    return VectorShuffle.fromOp(WORD, lane -> (lane & ~3) + t);
  }

  /** Columns that it has. */
  int terms() {
    return terms;
  }

  /** Takes an operand apart, unless it is the one that is here; false if it cannot be summed quickly. */
  boolean load(OperandDecoder decoder, int[] words, int[] registers) {
    if (type != decoder.type() || !Operands.isSame(source, words, registers)) {
      type = decoder.type();
      terms = registers.length / 2 * 4 * decoder.perRegister();
      if (value.length < terms * 2 * WARP) {
        value = new float[terms * 2 * WARP];
        exponent = new byte[terms * 4 * WARP];
      }
      Operands.copy(source, words, registers);
      isQuick = true;
      for (int r = 0; r < registers.length; r += 2) {
        isQuick &= decoder.decode(source, r * WARP, upper, upperExponent);
        isQuick &= decoder.decode(source, r * WARP + WARP, lower, lowerExponent);
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
      spread(upper, from + lane, value, to);
      spread(lower, from + lane, value, to + WORDS);
      if (hasExponents) {
        spreadExponents(from + lane, 2 * to);
      }
    }
  }

  private static void spread(float[] from, int at, float[] to, int target) {
    IntVector bits = FloatVector.fromArray(FLOAT, from, at).reinterpretAsInts();
    bits.rearrange(SPREAD_0).reinterpretAsFloats().intoArray(to, target);
    bits.rearrange(SPREAD_1).reinterpretAsFloats().intoArray(to, target + 2 * WORDS);
    bits.rearrange(SPREAD_2).reinterpretAsFloats().intoArray(to, target + 4 * WORDS);
    bits.rearrange(SPREAD_3).reinterpretAsFloats().intoArray(to, target + 6 * WORDS);
  }

  private void spreadExponents(int from, int to) {
    IntVector low = IntVector.fromArray(WORD, upperExponent, from).and(0xff);
    IntVector high = IntVector.fromArray(WORD, lowerExponent, from).lanewise(VectorOperators.LSHL, 16);
    IntVector pair = low.or(high.and(0xff0000));
    IntVector all = pair.or(pair.lanewise(VectorOperators.LSHL, 8));
    all.rearrange(SPREAD_0).reinterpretAsBytes().intoArray(exponent, to);
    all.rearrange(SPREAD_1).reinterpretAsBytes().intoArray(exponent, to + 4 * WORDS);
    all.rearrange(SPREAD_2).reinterpretAsBytes().intoArray(exponent, to + 8 * WORDS);
    all.rearrange(SPREAD_3).reinterpretAsBytes().intoArray(exponent, to + 12 * WORDS);
  }
}
