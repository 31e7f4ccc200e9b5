package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
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

  /** No sum is aligned below this; there only zeros are. */
  private static final short LEAST = -100;

  /** The smallest addend that is not tiny. */
  private static final int SMALLEST = LEAST + 127 << 23;

  private static final int SIGN = 0x80000000;
  private static final int EXPONENT = 0x7f800000;

  private final FloatMultiplication plain;
  private final OperandDecoder aDecoder;
  private final OperandDecoder bDecoder;
  private final int terms;
  private final boolean isNarrow;
  private final int fitting;
  private final Accumulation rule;

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
    this.rule = rule;
    // In units of the largest exponent, a product is at most this, and the addend below two.
    double product = largestSignificand(a) * largestSignificand(b);
    double most = Math.scalb((double) Integer.MAX_VALUE, -rule.fractionBits());
    int share = k / rule.steps();
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
    int share = terms / rule.steps();
    for (int step = 0; step < rule.steps(); step++) {
      for (int lane = 0; lane < WARP; lane += Exponents.LANES) {
        exponents(s, left, right, lane, step * share, step * share + share, step * 4 * WARP);
      }
    }
    boolean fits = start(words, c, s);
    for (int step = 0; step < rule.steps() && fits; step++) {
      fits = step == 0 || carry(s, step * 4 * WARP);
      fits = fits && total(s, left, right, step * share, step * share + share);
    }
    if (fits) {
      finish(s, words, d);
    }
    return fits;
  }

  /** Adds the products of some columns to the totals, as many at a time as fit alone; false if a total overflows. */
  private boolean total(TileScratch s, LeftOperand left, RightOperand right, int from, int to) {
    if (isNarrow) {
      products(s, left, right, from, to);
      return true;
    }
    boolean fits = true;
    for (int k = from; k < to; k += fitting) {
      System.arraycopy(s.total, 0, s.before, 0, s.total.length);
      products(s, left, right, k, k + fitting);
      fits &= !overflows(s);
    }
    return fits;
  }

  /** The largest exponent of each sum's products, for a vector of lanes: two row halves, each an even and an odd column. */
  private static void exponents(
      TileScratch s, LeftOperand leftOperand, RightOperand right, int lane, int from, int to, int target) {
    short[] left = leftOperand.exponent;
    short[] even = right.evenExponent;
    short[] odd = right.oddExponent;
    ShortVector e0 = ShortVector.broadcast(Exponents.SHORT, LEAST);
    ShortVector e1 = ShortVector.broadcast(Exponents.SHORT, LEAST);
    ShortVector e2 = ShortVector.broadcast(Exponents.SHORT, LEAST);
    ShortVector e3 = ShortVector.broadcast(Exponents.SHORT, LEAST);
    for (int k = from; k < to; k++) {
      ShortVector upper = ShortVector.fromArray(Exponents.SHORT, left, LeftOperand.ROWS * k + lane);
      ShortVector lower = ShortVector.fromArray(Exponents.SHORT, left, LeftOperand.ROWS * k + WARP + lane);
      ShortVector x = ShortVector.fromArray(Exponents.SHORT, even, k * Exponents.LANES);
      ShortVector y = ShortVector.fromArray(Exponents.SHORT, odd, k * Exponents.LANES);
      e0 = e0.max(upper.add(x));
      e1 = e1.max(upper.add(y));
      e2 = e2.max(lower.add(x));
      e3 = e3.max(lower.add(y));
    }
    e0.intoArray(s.products, target + lane);
    e1.intoArray(s.products, target + lane + WARP);
    e2.intoArray(s.products, target + lane + 2 * WARP);
    e3.intoArray(s.products, target + lane + 3 * WARP);
  }

  /**
   * The largest exponents with the addends', the scales {@code 2^(fractionBits - largest)}, which make the lowest kept bit
   * one, and the addends cut off.
   *
   * @param registers of the addends in {@code words}
   * @return false if an addend is infinite, NaN, or tiny and not zero
   */
  private boolean start(int[] words, int[] registers, TileScratch s) {
    long others = 0;
    for (int r = 0; r < 4; r++) {
      for (int lane = 0; lane < WARP; lane += WORDS) {
        int at = r * WARP + lane;
        IntVector addend = IntVector.fromArray(WORD, words, registers[r] + lane);
        IntVector magnitude = addend.and(~SIGN);
        long outside = magnitude.sub(SMALLEST).compare(VectorOperators.UGE, EXPONENT - SMALLEST).toLong();
        others |= outside & magnitude.compare(VectorOperators.NE, 0).toLong();
        IntVector own = magnitude.lanewise(VectorOperators.LSHR, 23).sub(127);
        ShortVector products = ShortVector.fromArray(Exponents.HALF, s.products, at);
        IntVector largest = own.max((IntVector) products.convertShape(VectorOperators.S2I, WORD, 0));
        largest.intoArray(s.largest, at);
        IntVector exponent = largest.neg().add(rule.fractionBits() + 127);
        FloatVector scale = exponent.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        scale.intoArray(s.scale, at);
        FloatVector scaled = addend.reinterpretAsFloats().mul(scale);
        ((IntVector) scaled.convertShape(VectorOperators.F2I, WORD, 0)).intoArray(s.total, at);
      }
    }
    return others == 0;
  }

  /**
   * What {@link #finish} and then {@link #start} would make of the totals, for the next step, without single precision in
   * between.
   *
   * @param exponents where the largest exponents of that step's products start
   * @return false if a total is too large for single precision, or tiny and not zero
   */
  private boolean carry(TileScratch s, int exponents) {
    long others = 0;
    for (int at = 0; at < 4 * WARP; at += WORDS) {
      IntVector total = IntVector.fromArray(WORD, s.total, at);
      IntVector magnitude = total.abs();
      IntVector zeros = magnitude.lanewise(VectorOperators.LEADING_ZEROS_COUNT);
      IntVector excess = zeros.neg().add(31 - rule.outputBits()).max(0);
      IntVector kept = magnitude.lanewise(VectorOperators.LSHR, excess).lanewise(VectorOperators.LSHL, excess);
      IntVector old = IntVector.fromArray(WORD, s.largest, at);
      IntVector own = old.sub(zeros).add(31 - rule.fractionBits());
      long outside = own.sub(LEAST).compare(VectorOperators.UGT, 127 - LEAST).toLong();
      VectorMask<Integer> isZero = magnitude.compare(VectorOperators.EQ, 0);
      others |= outside & ~isZero.toLong();
      ShortVector products = ShortVector.fromArray(Exponents.HALF, s.products, exponents + at);
      IntVector largest = own.blend(LEAST, isZero).max((IntVector) products.convertShape(VectorOperators.S2I, WORD, 0));
      largest.intoArray(s.largest, at);
      IntVector exponent = largest.neg().add(rule.fractionBits() + 127);
      exponent.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats().intoArray(s.scale, at);
      IntVector up = kept.lanewise(VectorOperators.LSHL, old.sub(largest).max(0));
      IntVector down = up.lanewise(VectorOperators.LSHR, largest.sub(old).max(0).min(31));
      IntVector sign = total.lanewise(VectorOperators.ASHR, 31);
      down.lanewise(VectorOperators.XOR, sign).sub(sign).intoArray(s.total, at);
    }
    return others == 0;
  }

  private static void products(TileScratch s, LeftOperand left, RightOperand right, int from, int to) {
    for (int lane = 0; lane < WARP; lane += WORDS) {
      products(s, left, right, lane, from, to);
    }
  }

  /** The totals and the cut-off products of some columns of the left operand, for a vector of lanes. */
  private static void products(
      TileScratch s, LeftOperand leftOperand, RightOperand right, int lane, int from, int to) {
    float[] left = leftOperand.value;
    float[] even = right.even;
    float[] odd = right.odd;
    FloatVector s0 = FloatVector.fromArray(FLOAT, s.scale, lane);
    FloatVector s1 = FloatVector.fromArray(FLOAT, s.scale, lane + WARP);
    FloatVector s2 = FloatVector.fromArray(FLOAT, s.scale, lane + 2 * WARP);
    FloatVector s3 = FloatVector.fromArray(FLOAT, s.scale, lane + 3 * WARP);
    IntVector q0 = IntVector.fromArray(WORD, s.total, lane);
    IntVector q1 = IntVector.fromArray(WORD, s.total, lane + WARP);
    IntVector q2 = IntVector.fromArray(WORD, s.total, lane + 2 * WARP);
    IntVector q3 = IntVector.fromArray(WORD, s.total, lane + 3 * WARP);
    for (int k = from; k < to; k++) {
      FloatVector upper = FloatVector.fromArray(FLOAT, left, LeftOperand.ROWS * k + lane);
      FloatVector lower = FloatVector.fromArray(FLOAT, left, LeftOperand.ROWS * k + WARP + lane);
      FloatVector x = FloatVector.fromArray(FLOAT, even, k * WORDS);
      FloatVector y = FloatVector.fromArray(FLOAT, odd, k * WORDS);
      q0 = q0.add(upper.mul(x).mul(s0).convertShape(VectorOperators.F2I, WORD, 0));
      q1 = q1.add(upper.mul(y).mul(s1).convertShape(VectorOperators.F2I, WORD, 0));
      q2 = q2.add(lower.mul(x).mul(s2).convertShape(VectorOperators.F2I, WORD, 0));
      q3 = q3.add(lower.mul(y).mul(s3).convertShape(VectorOperators.F2I, WORD, 0));
    }
    q0.intoArray(s.total, lane);
    q1.intoArray(s.total, lane + WARP);
    q2.intoArray(s.total, lane + 2 * WARP);
    q3.intoArray(s.total, lane + 3 * WARP);
  }

  /** Whether a total went round since it was kept. */
  private static boolean overflows(TileScratch s) {
    long overflow = 0;
    for (int at = 0; at < 4 * WARP; at += WORDS) {
      IntVector before = IntVector.fromArray(WORD, s.before, at);
      IntVector sum = IntVector.fromArray(WORD, s.total, at);
      IntVector part = sum.sub(before);
      IntVector signs = before.lanewise(VectorOperators.XOR, sum).and(part.lanewise(VectorOperators.XOR, sum));
      overflow |= signs.compare(VectorOperators.LT, 0).toLong();
    }
    return overflow != 0;
  }

  /** The totals as single precision, cut off to its fraction bits, into registers of {@code words}. */
  private void finish(TileScratch s, int[] words, int[] registers) {
    for (int r = 0; r < 4; r++) {
      for (int lane = 0; lane < WARP; lane += WORDS) {
        int at = r * WARP + lane;
        IntVector total = IntVector.fromArray(WORD, s.total, at);
        IntVector magnitude = total.abs();
        IntVector zeros = magnitude.lanewise(VectorOperators.LEADING_ZEROS_COUNT);
        IntVector excess = zeros.neg().add(31 - rule.outputBits()).max(0);
        IntVector kept = magnitude.lanewise(VectorOperators.LSHR, excess).lanewise(VectorOperators.LSHL, excess);
        IntVector exponent = IntVector.fromArray(WORD, s.largest, at).add(127 - rule.fractionBits());
        FloatVector unit = exponent.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector value = ((FloatVector) kept.convertShape(VectorOperators.I2F, FLOAT, 0)).mul(unit);
        value.reinterpretAsInts().or(total.and(SIGN)).intoArray(words, registers[r] + lane);
      }
    }
  }
}
