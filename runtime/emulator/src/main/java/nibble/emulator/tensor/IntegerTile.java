package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tiles of 16 by 8 with integer operands, in the layout of {@link AlignedTile}. Sums of products of bytes stay below
 * 2^24, so fused multiply-adds of single precision compute them exactly, and quicker than integer multiplications
 * would.
 */
final class IntegerTile implements Multiplication {
  private static final VectorSpecies<Float> FLOAT = FloatVector.SPECIES_PREFERRED;

  private final OperandDecoder aDecoder;
  private final OperandDecoder bDecoder;

  /** A quick form of multiplications that wrap. */
  IntegerTile(ElementType a, ElementType b) {
    this.aDecoder = new IntegerDecoder(a);
    this.bDecoder = new IntegerDecoder(b);
  }

  @Override
  public void run(
      int[] words, long[] longs, int[] d, int[] a, int[] b, int[] c, int metadata, TensorScratch x) {
    runAgain(0, words, longs, d, a, b, c, x);
  }

  @Override
  public void runAgain(
      int known, int[] words, long[] longs, int[] d, int[] a, int[] b, int[] c, TensorScratch x) {
    TileScratch s = x.tile();
    LeftOperand left = s.left(a[0]);
    RightOperand right = s.right(b[0]);
    left.load(aDecoder, words, a, (known & LEFT) != 0);
    right.load(bDecoder, words, b, (known & RIGHT) != 0);
    add(words, d, c, left, right, s.memory);
  }

  /** Sums of products and addends, two vectors of lanes at a time: two row halves, each an even and an odd column. */
  private static void add(int[] words, int[] d, int[] c, LeftOperand left, RightOperand right, int[] memory) {
    int vector = 2 * left.terms() * WORDS;
    for (int lane = 0; lane < WARP; lane += 2 * WORDS) {
      int start = left.value + 2 * left.terms() * lane;
      FloatVector q0 = FloatVector.zero(FLOAT);
      FloatVector q1 = FloatVector.zero(FLOAT);
      FloatVector q2 = FloatVector.zero(FLOAT);
      FloatVector q3 = FloatVector.zero(FLOAT);
      FloatVector q4 = FloatVector.zero(FLOAT);
      FloatVector q5 = FloatVector.zero(FLOAT);
      FloatVector q6 = FloatVector.zero(FLOAT);
      FloatVector q7 = FloatVector.zero(FLOAT);
      for (int at = 0; at < vector; at += 2 * WORDS) {
        FloatVector even = IntVector.fromArray(WORD, memory, right.value + at).reinterpretAsFloats();
        FloatVector odd = IntVector.fromArray(WORD, memory, right.value + at + WORDS).reinterpretAsFloats();
        FloatVector upper = IntVector.fromArray(WORD, memory, start + at).reinterpretAsFloats();
        FloatVector lower = IntVector.fromArray(WORD, memory, start + at + WORDS).reinterpretAsFloats();
        q0 = upper.fma(even, q0);
        q1 = upper.fma(odd, q1);
        q2 = lower.fma(even, q2);
        q3 = lower.fma(odd, q3);
        upper = IntVector.fromArray(WORD, memory, start + vector + at).reinterpretAsFloats();
        lower = IntVector.fromArray(WORD, memory, start + vector + at + WORDS).reinterpretAsFloats();
        q4 = upper.fma(even, q4);
        q5 = upper.fma(odd, q5);
        q6 = lower.fma(even, q6);
        q7 = lower.fma(odd, q7);
      }
      // All addends are read before a result is written, for these may be the same registers in another order.
      IntVector c0 = IntVector.fromArray(WORD, words, c[0] + lane);
      IntVector c1 = IntVector.fromArray(WORD, words, c[1] + lane);
      IntVector c2 = IntVector.fromArray(WORD, words, c[2] + lane);
      IntVector c3 = IntVector.fromArray(WORD, words, c[3] + lane);
      IntVector c4 = IntVector.fromArray(WORD, words, c[0] + lane + WORDS);
      IntVector c5 = IntVector.fromArray(WORD, words, c[1] + lane + WORDS);
      IntVector c6 = IntVector.fromArray(WORD, words, c[2] + lane + WORDS);
      IntVector c7 = IntVector.fromArray(WORD, words, c[3] + lane + WORDS);
      c0.add(q0.convertShape(VectorOperators.F2I, WORD, 0)).intoArray(words, d[0] + lane);
      c1.add(q1.convertShape(VectorOperators.F2I, WORD, 0)).intoArray(words, d[1] + lane);
      c2.add(q2.convertShape(VectorOperators.F2I, WORD, 0)).intoArray(words, d[2] + lane);
      c3.add(q3.convertShape(VectorOperators.F2I, WORD, 0)).intoArray(words, d[3] + lane);
      c4.add(q4.convertShape(VectorOperators.F2I, WORD, 0)).intoArray(words, d[0] + lane + WORDS);
      c5.add(q5.convertShape(VectorOperators.F2I, WORD, 0)).intoArray(words, d[1] + lane + WORDS);
      c6.add(q6.convertShape(VectorOperators.F2I, WORD, 0)).intoArray(words, d[2] + lane + WORDS);
      c7.add(q7.convertShape(VectorOperators.F2I, WORD, 0)).intoArray(words, d[3] + lane + WORDS);
    }
  }
}
