package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The left operand of a tile, taken apart: for each {@code k} its 16 rows, each in the four lanes that need it. Kept from
 * one multiplication to the next, because a kernel multiplies each by several right operands.
 */
final class LeftOperand {
  private static final VectorSpecies<Float> FLOAT = FloatVector.SPECIES_PREFERRED;
  private static final VectorShuffle<Integer> SPREAD_0 = spread(0);
  private static final VectorShuffle<Integer> SPREAD_1 = spread(1);
  private static final VectorShuffle<Integer> SPREAD_2 = spread(2);
  private static final VectorShuffle<Integer> SPREAD_3 = spread(3);

  /** Lanes of both row halves. */
  static final int ROWS = 2 * WARP;

  /** Element {@code ROWS * k + 32 * half + lane}. */
  final float[] value = new float[64 * ROWS];

  final short[] exponent = new short[64 * ROWS];

  private final int[] source = new int[4 * WARP];
  private final float[] plane = new float[8 * WARP];
  private final int[] planeExponent = new int[8 * WARP];
  private ElementType type;
  private boolean isQuick;

  private static VectorShuffle<Integer> spread(int t) {
    return VectorShuffle.fromOp(WORD, lane -> (lane & ~3) + t);
  }

  /** Takes an operand apart, unless it is the one that is here; false if it cannot be summed quickly. */
  boolean load(OperandDecoder decoder, int[] words, int[] registers) {
    if (type != decoder.type() || !Operands.isSame(source, words, registers)) {
      type = decoder.type();
      Operands.copy(source, words, registers);
      isQuick = true;
      for (int r = 0; r < registers.length; r++) {
        isQuick &= decoder.decode(source, r * WARP, plane, planeExponent);
        place(r >> 1, r & 1, decoder.perRegister());
      }
    }
    return isQuick;
  }

  private void place(int block, int half, int perRegister) {
    for (int e = 0; e < perRegister; e++) {
      int k = (block * perRegister + e) * 4;
      for (int lane = 0; lane < WARP; lane += WORDS) {
        spread(e * WARP + lane, k * ROWS + half * WARP + lane);
        spreadExponents(e * WARP + lane, k * ROWS + half * WARP + lane);
      }
    }
  }

  /** Four neighbouring {@code k}, which four neighbouring lanes hold. */
  private void spread(int from, int to) {
    IntVector bits = FloatVector.fromArray(FLOAT, plane, from).reinterpretAsInts();
    bits.rearrange(SPREAD_0).reinterpretAsFloats().intoArray(value, to);
    bits.rearrange(SPREAD_1).reinterpretAsFloats().intoArray(value, to + ROWS);
    bits.rearrange(SPREAD_2).reinterpretAsFloats().intoArray(value, to + 2 * ROWS);
    bits.rearrange(SPREAD_3).reinterpretAsFloats().intoArray(value, to + 3 * ROWS);
  }

  private void spreadExponents(int from, int to) {
    IntVector all = IntVector.fromArray(WORD, planeExponent, from);
    Vector<Short> x = all.rearrange(SPREAD_0).convertShape(VectorOperators.I2S, Exponents.HALF, 0);
    ((ShortVector) x).intoArray(exponent, to);
    x = all.rearrange(SPREAD_1).convertShape(VectorOperators.I2S, Exponents.HALF, 0);
    ((ShortVector) x).intoArray(exponent, to + ROWS);
    x = all.rearrange(SPREAD_2).convertShape(VectorOperators.I2S, Exponents.HALF, 0);
    ((ShortVector) x).intoArray(exponent, to + 2 * ROWS);
    x = all.rearrange(SPREAD_3).convertShape(VectorOperators.I2S, Exponents.HALF, 0);
    ((ShortVector) x).intoArray(exponent, to + 3 * ROWS);
  }
}
