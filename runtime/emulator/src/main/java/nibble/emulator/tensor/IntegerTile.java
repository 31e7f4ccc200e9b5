package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tiles of 16 by 8 with integer operands, in the layout of {@link AlignedTile}. Sums of products of bytes stay below 2^24, so
 * fused multiply-adds of single precision compute them exactly, and quicker than integer multiplications would.
 */
final class IntegerTile implements Multiplication {
  private static final VectorSpecies<Float> FLOAT = FloatVector.SPECIES_PREFERRED;

  private final OperandDecoder aDecoder;
  private final OperandDecoder bDecoder;
  private final int terms;

  /**
   * A quick form of multiplications that wrap.
   *
   * @param k columns of the left operand
   */
  IntegerTile(ElementType a, ElementType b, int k) {
    this.aDecoder = new IntegerDecoder(a);
    this.bDecoder = new IntegerDecoder(b);
    this.terms = k;
  }

  @Override
  public void run(
      int[] words, long[] longs, int[] d, int[] a, int[] b, int[] c, int metadata, TensorScratch x) {
    TileScratch s = x.tile;
    LeftOperand left = s.left(a[0]);
    RightOperand right = s.right(b[0]);
    left.load(aDecoder, words, a);
    right.load(bDecoder, words, b);
    for (int lane = 0; lane < WARP; lane += WORDS) {
      products(s, left, right, lane, terms);
    }
    // All addends are read before a result is written, for these may be the same registers in another order.
    for (int r = 0; r < 4; r++) {
      for (int lane = 0; lane < WARP; lane += WORDS) {
        int at = r * WARP + lane;
        IntVector.fromArray(WORD, s.part, at).add(IntVector.fromArray(WORD, words, c[r] + lane)).intoArray(s.sum, at);
      }
    }
    Operands.store(s.sum, words, d);
  }

  /** The sums of products for a vector of lanes: two row halves, each an even and an odd column. */
  private static void products(TileScratch s, LeftOperand leftOperand, RightOperand right, int lane, int terms) {
    float[] left = leftOperand.value;
    float[] even = right.even;
    float[] odd = right.odd;
    FloatVector q0 = FloatVector.zero(FLOAT);
    FloatVector q1 = FloatVector.zero(FLOAT);
    FloatVector q2 = FloatVector.zero(FLOAT);
    FloatVector q3 = FloatVector.zero(FLOAT);
    for (int k = 0; k < terms; k++) {
      FloatVector upper = FloatVector.fromArray(FLOAT, left, LeftOperand.ROWS * k + lane);
      FloatVector lower = FloatVector.fromArray(FLOAT, left, LeftOperand.ROWS * k + WARP + lane);
      FloatVector x = FloatVector.fromArray(FLOAT, even, k * WORDS);
      FloatVector y = FloatVector.fromArray(FLOAT, odd, k * WORDS);
      q0 = upper.fma(x, q0);
      q1 = upper.fma(y, q1);
      q2 = lower.fma(x, q2);
      q3 = lower.fma(y, q3);
    }
    ((IntVector) q0.convertShape(VectorOperators.F2I, WORD, 0)).intoArray(s.part, lane);
    ((IntVector) q1.convertShape(VectorOperators.F2I, WORD, 0)).intoArray(s.part, lane + WARP);
    ((IntVector) q2.convertShape(VectorOperators.F2I, WORD, 0)).intoArray(s.part, lane + 2 * WARP);
    ((IntVector) q3.convertShape(VectorOperators.F2I, WORD, 0)).intoArray(s.part, lane + 3 * WARP);
  }
}
