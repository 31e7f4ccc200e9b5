package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The sums of {@link AlignedSum} for tiles of 16 by 8 with single-precision accumulators, many at a time: the same bits,
 * some fifty times as fast.
 *
 * <p>It works in the layout of the registers. A vector holds neighbouring lanes, that is some rows and four columns; for each
 * {@code k} the left operand is spread over the four lanes of its row, and the right one, of which each column pair has
 * two values, is the same for all rows. Products of two elements are exact in single precision. Multiplying one by the power
 * of two that makes the sum's lowest kept bit one, and converting it to an integer, cuts it off as the rule wants; the
 * integers are summed exactly. Sums that could overflow, operands that are no numbers, and exponents out of range are left to
 * the plain form.
 */
final class AlignedTile implements Multiplication {
  private static final VectorSpecies<Float> FLOAT = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_PREFERRED;

  /** No sum is aligned below this; there only zeros are. */
  private static final byte LEAST = -100;

  /** The smallest addend that is not tiny. */
  private static final int SMALLEST = LEAST + 127 << 23;

  private static final int SIGN = 0x80000000;
  private static final int EXPONENT = 0x7f800000;

  private final FloatMultiplication plain;
  private final OperandDecoder aDecoder;
  private final OperandDecoder bDecoder;
  private final int terms;

  /** Products of a step. */
  private final int share;

  private final boolean isNarrow;
  private final int fitting;
  private final int fractionBits;

  /** The bits of an integer that single precision keeps, if the uppermost is its first. */
  private final int kept;


  /**
   * A quick form.
   *
   * @param plain what it stands for
   * @param k columns of the left operand
   */
  AlignedTile(FloatMultiplication plain, ElementType a, ElementType b, int k, Accumulation rule) {
    this.plain = plain;
    this.aDecoder = new FloatDecoder(a);
    this.bDecoder = new FloatDecoder(b);
    this.terms = k;
    this.fractionBits = rule.fractionBits();
    this.kept = -1 << 31 - rule.outputBits();
    // In units of the largest exponent, a product is at most this, and the addend below two.
    double product = largestSignificand(a) * largestSignificand(b);
    double most = Math.scalb((double) Integer.MAX_VALUE, -rule.fractionBits());
    this.share = k / rule.steps();
    this.isNarrow = share * product + 2 <= most;
    this.fitting = Math.min(share, Integer.highestOneBit((int) (most / product)));
  }

  private static double largestSignificand(ElementType type) {
    return 2 - Math.scalb(1.0, -type.format().fractionBits());
  }

  @Override
  public void run(
      int[] words, long[] longs, int[] d, int[] a, int[] b, int[] c, int metadata, TensorScratch x) {
    TileScratch s = x.tile;
    LeftOperand left = s.left(a[0]);
    RightOperand right = s.right(b[0]);
    boolean isQuick = left.load(aDecoder, words, a) & right.load(bDecoder, words, b);
    if (!isQuick || !sum(words, d, c, left, right, s)) {
      plain.run(words, longs, d, a, b, c, metadata, x);
    }
  }

  /** Adds to registers {@code c}, into registers {@code d}; false, with no result, if that cannot be done quickly. */
  private boolean sum(int[] words, int[] d, int[] c, LeftOperand left, RightOperand right, TileScratch s) {
    for (int from = 0; from < terms; from += share) {
      exponents(s, left, right, from, from + share);
    }
    boolean fits = true;
    for (int r = 0; r < 4 && fits; r++) {
      fits = sum(s, left.value, right.value, r, words, c[r]);
    }
    for (int r = 0; r < 4 && fits; r++) {
      for (int lane = 0; lane < WARP; lane += WORDS) {
        IntVector.fromArray(WORD, s.sums, r * WARP + lane).intoArray(words, d[r] + lane);
      }
    }
    return fits;
  }

  /** The largest exponent of each sum's products, if not below {@link #LEAST}: four bytes of each lane. */
  private static void exponents(TileScratch s, LeftOperand leftOperand, RightOperand rightOperand, int from, int to) {
    byte[] left = leftOperand.exponent;
    byte[] right = rightOperand.exponent;
    int vector = 4 * leftOperand.terms() * WORDS;
    int place = from / (to - from) * WARP;
    for (int lane = 0; lane < WARP; lane += 2 * WORDS) {
      int start = 4 * leftOperand.terms() * lane;
      ByteVector first = ByteVector.broadcast(BYTES, LEAST);
      ByteVector second = first;
      for (int at = 4 * WORDS * from; at < 4 * WORDS * to; at += 4 * WORDS) {
        ByteVector x = ByteVector.fromArray(BYTES, right, at);
        // Sums that a byte cannot hold are below the least by far.
        first = first.max(x.lanewise(VectorOperators.SADD, ByteVector.fromArray(BYTES, left, start + at)));
        second = second.max(x.lanewise(VectorOperators.SADD, ByteVector.fromArray(BYTES, left, start + vector + at)));
      }
      first.reinterpretAsInts().intoArray(s.products, place + lane);
      second.reinterpretAsInts().intoArray(s.products, place + lane + WORDS);
    }
  }

  /**
   * One of the four sums of each lane, for two vectors of lanes at a time, step after step. All of it stays in registers,
   * and the processor works at the next sum while it waits for the end of a step.
   *
   * <p>Of each step it takes the largest exponent, the addend's among them, and the scale {@code 2^(fractionBits - largest)},
   * which makes the lowest kept bit one. Addend and products are cut off and summed as integers, as many of them at a time
   * as cannot overflow alone. The total in single precision, cut off to its fraction bits, is the next step's addend.
   *
   * @param r which of a lane's sums
   * @param addends register of the addends in {@code words}
   * @return false if an addend is infinite, NaN, or tiny and not zero, or a total overflows
   */
  private boolean sum(TileScratch s, float[] left, float[] right, int r, int[] words, int addends) {
    int vector = 2 * terms * WORDS;
    int column = r % 2 * WORDS;
    IntVector others = IntVector.zero(WORD);
    for (int lane = 0; lane < WARP; lane += 2 * WORDS) {
      int row = 2 * terms * lane + r / 2 * WORDS;
      IntVector a0 = IntVector.fromArray(WORD, words, addends + lane);
      IntVector a1 = IntVector.fromArray(WORD, words, addends + lane + WORDS);
      for (int from = 0; from < terms; from += share) {
        IntVector m0 = a0.and(~SIGN);
        IntVector m1 = a1.and(~SIGN);
        VectorMask<Integer> isOutside0 = m0.sub(SMALLEST).compare(VectorOperators.UGE, EXPONENT - SMALLEST);
        VectorMask<Integer> isOutside1 = m1.sub(SMALLEST).compare(VectorOperators.UGE, EXPONENT - SMALLEST);
        others = others.lanewise(VectorOperators.OR, m0, isOutside0).lanewise(VectorOperators.OR, m1, isOutside1);
        int place = from / share * WARP + lane;
        IntVector p0 = IntVector.fromArray(WORD, s.products, place).lanewise(VectorOperators.LSHL, 24 - 8 * r);
        IntVector p1 = IntVector.fromArray(WORD, s.products, place + WORDS).lanewise(VectorOperators.LSHL, 24 - 8 * r);
        IntVector largest0 =
            m0.lanewise(VectorOperators.LSHR, 23).sub(127).max(p0.lanewise(VectorOperators.ASHR, 24));
        IntVector largest1 =
            m1.lanewise(VectorOperators.LSHR, 23).sub(127).max(p1.lanewise(VectorOperators.ASHR, 24));
        IntVector top = IntVector.broadcast(WORD, fractionBits + 127);
        FloatVector s0 = top.sub(largest0).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector s1 = top.sub(largest1).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        IntVector q0 = (IntVector) a0.reinterpretAsFloats().mul(s0).convertShape(VectorOperators.F2I, WORD, 0);
        IntVector q1 = (IntVector) a1.reinterpretAsFloats().mul(s1).convertShape(VectorOperators.F2I, WORD, 0);
        for (int k = from; k < from + share; k += fitting) {
          IntVector b0 = q0;
          IntVector b1 = q1;
          for (int at = 2 * WORDS * k; at < 2 * WORDS * (k + fitting); at += 2 * WORDS) {
            FloatVector y = FloatVector.fromArray(FLOAT, right, at + column);
            FloatVector x0 = FloatVector.fromArray(FLOAT, left, row + at);
            FloatVector x1 = FloatVector.fromArray(FLOAT, left, row + vector + at);
            q0 = q0.add(x0.mul(y).mul(s0).convertShape(VectorOperators.F2I, WORD, 0));
            q1 = q1.add(x1.mul(y).mul(s1).convertShape(VectorOperators.F2I, WORD, 0));
          }
          // The sign tells that a total went round.
          IntVector o0 = b0.lanewise(VectorOperators.XOR, q0).and(q0.sub(b0).lanewise(VectorOperators.XOR, q0));
          IntVector o1 = b1.lanewise(VectorOperators.XOR, q1).and(q1.sub(b1).lanewise(VectorOperators.XOR, q1));
          others = others.or(o0.or(o1).and(SIGN));
        }
        IntVector t0 = q0.abs();
        IntVector t1 = q1.abs();
        IntVector keep = IntVector.broadcast(WORD, kept);
        IntVector k0 =
            t0.and(keep.lanewise(VectorOperators.ASHR, t0.lanewise(VectorOperators.LEADING_ZEROS_COUNT)));
        IntVector k1 =
            t1.and(keep.lanewise(VectorOperators.ASHR, t1.lanewise(VectorOperators.LEADING_ZEROS_COUNT)));
        FloatVector u0 = largest0.add(127 - fractionBits).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector u1 = largest1.add(127 - fractionBits).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector v0 = ((FloatVector) k0.convertShape(VectorOperators.I2F, FLOAT, 0)).mul(u0);
        FloatVector v1 = ((FloatVector) k1.convertShape(VectorOperators.I2F, FLOAT, 0)).mul(u1);
        a0 = v0.reinterpretAsInts().or(q0.and(SIGN));
        a1 = v1.reinterpretAsInts().or(q1.and(SIGN));
      }
      a0.intoArray(s.sums, r * WARP + lane);
      a1.intoArray(s.sums, r * WARP + lane + WORDS);
    }
    return others.compare(VectorOperators.EQ, 0).allTrue();
  }
}
