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
 * The sums of {@link AlignedSum} for tiles of 16 by 8 with single-precision accumulators, many at a time: the same
 * bits, some fifty times as fast.
 *
 * <p>It works in the layout of the registers. A vector holds neighbouring lanes, that is some rows and four columns;
 * for each {@code k} the left operand is spread over the four lanes of its row, and the right one, of which each column
 * pair has two values, is the same for all rows. Products of two elements are exact in single precision. Multiplying
 * one by the power of two that makes the sum's lowest kept bit one, and converting it to an integer, cuts it off as the
 * rule wants; the integers are summed exactly. Sums that could overflow, operands that are no numbers, and exponents
 * out of range are left to the plain form.
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
    runAgain(0, words, longs, d, a, b, c, x);
  }

  @Override
  public void runAgain(
      int known, int[] words, long[] longs, int[] d, int[] a, int[] b, int[] c, TensorScratch x) {
    TileScratch s = x.tile();
    LeftOperand left = s.left(a[0]);
    RightOperand right = s.right(b[0]);
    boolean isQuick =
        left.load(aDecoder, words, a, (known & LEFT) != 0) & right.load(bDecoder, words, b, (known & RIGHT) != 0);
    if (!isQuick || !sum(words, d, c, left, right, s)) {
      plain.run(words, longs, d, a, b, c, 0, x);
    }
  }

  /** Adds to registers {@code c}, into registers {@code d}; false, with no result, if that cannot be done quickly. */
  private boolean sum(int[] words, int[] d, int[] c, LeftOperand left, RightOperand right, TileScratch s) {
    exponents(s, left, right, 0, share);
    boolean fits = start(words, c, s) && total(s, left, right, 0, share);
    for (int from = share; from < terms && fits; from += share) {
      exponents(s, left, right, from, from + share);
      fits = carry(s) && total(s, left, right, from, from + share);
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
      System.arraycopy(s.memory, s.total, s.memory, s.before, 4 * WARP);
      products(s, left, right, k, k + fitting);
      fits &= !overflows(s);
    }
    return fits;
  }

  // Each step has a method of its own that keeps few vectors: in one, the compiler would spill them, and take longer.

  /** The largest exponent of each sum's products, if not below {@link #LEAST}: four bytes of each lane. */
  private static void exponents(TileScratch s, LeftOperand left, RightOperand right, int from, int to) {
    int[] memory = s.memory;
    int vector = left.terms() * WORDS;
    for (int lane = 0; lane < WARP; lane += 2 * WORDS) {
      int start = left.exponent + left.terms() * lane;
      ByteVector first = ByteVector.broadcast(BYTES, LEAST);
      ByteVector second = first;
      for (int at = from * WORDS; at < to * WORDS; at += WORDS) {
        ByteVector x = IntVector.fromArray(WORD, memory, right.exponent + at).reinterpretAsBytes();
        ByteVector y = IntVector.fromArray(WORD, memory, start + at).reinterpretAsBytes();
        ByteVector z = IntVector.fromArray(WORD, memory, start + vector + at).reinterpretAsBytes();
        // Sums that a byte cannot hold are below the least by far.
        first = first.max(x.lanewise(VectorOperators.SADD, y));
        second = second.max(x.lanewise(VectorOperators.SADD, z));
      }
      first.reinterpretAsInts().intoArray(memory, s.products + lane);
      second.reinterpretAsInts().intoArray(memory, s.products + lane + WORDS);
    }
  }

  /**
   * The largest exponents with the addends', the scales {@code 2^(fractionBits - largest)}, which make the lowest kept
   * bit one, and the addends cut off.
   *
   * @param registers of the addends in {@code words}
   * @return false if an addend is infinite, NaN, or tiny and not zero
   */
  private boolean start(int[] words, int[] registers, TileScratch s) {
    int[] memory = s.memory;
    IntVector others = IntVector.zero(WORD);
    for (int lane = 0; lane < WARP; lane += WORDS) {
      IntVector packed = IntVector.fromArray(WORD, memory, s.products + lane);
      for (int r = 0; r < 4; r++) {
        int at = r * WARP + lane;
        IntVector addend = IntVector.fromArray(WORD, words, registers[r] + lane);
        IntVector magnitude = addend.and(~SIGN);
        VectorMask<Integer> isOutside = magnitude.sub(SMALLEST).compare(VectorOperators.UGE, EXPONENT - SMALLEST);
        others = others.lanewise(VectorOperators.OR, magnitude, isOutside);
        IntVector own = magnitude.lanewise(VectorOperators.LSHR, 23).sub(127);
        IntVector products = packed.lanewise(VectorOperators.LSHL, 24 - 8 * r).lanewise(VectorOperators.ASHR, 24);
        IntVector largest = own.max(products);
        largest.intoArray(memory, s.largest + at);
        IntVector exponent = IntVector.broadcast(WORD, fractionBits + 127).sub(largest);
        IntVector scale = exponent.lanewise(VectorOperators.LSHL, 23);
        scale.intoArray(memory, s.scale + at);
        FloatVector scaled = addend.reinterpretAsFloats().mul(scale.reinterpretAsFloats());
        ((IntVector) scaled.convertShape(VectorOperators.F2I, WORD, 0)).intoArray(memory, s.total + at);
      }
    }
    return others.compare(VectorOperators.EQ, 0).allTrue();
  }

  /**
   * What {@link #finish} and then {@link #start} would make of the totals, for the next step.
   *
   * @return false if a total is too large for single precision, or tiny and not zero
   */
  private boolean carry(TileScratch s) {
    int[] memory = s.memory;
    IntVector others = IntVector.zero(WORD);
    for (int lane = 0; lane < WARP; lane += WORDS) {
      IntVector packed = IntVector.fromArray(WORD, memory, s.products + lane);
      for (int r = 0; r < 4; r++) {
        int at = r * WARP + lane;
        IntVector total = IntVector.fromArray(WORD, memory, s.total + at);
        IntVector magnitude = total.abs();
        IntVector zeros = magnitude.lanewise(VectorOperators.LEADING_ZEROS_COUNT);
        IntVector mask = IntVector.broadcast(WORD, kept).lanewise(VectorOperators.ASHR, zeros);
        FloatVector value = (FloatVector) magnitude.and(mask).convertShape(VectorOperators.I2F, FLOAT, 0);
        IntVector addend = value.reinterpretAsInts().or(total.and(SIGN));
        IntVector old = IntVector.fromArray(WORD, memory, s.largest + at);
        IntVector own = old.sub(zeros).add(31 - fractionBits);
        VectorMask<Integer> isOutside = own.sub(LEAST).compare(VectorOperators.UGT, 127 - LEAST);
        others = others.lanewise(VectorOperators.OR, magnitude, isOutside);
        IntVector products = packed.lanewise(VectorOperators.LSHL, 24 - 8 * r).lanewise(VectorOperators.ASHR, 24);
        IntVector largest = own.blend(LEAST, magnitude.compare(VectorOperators.EQ, 0)).max(products);
        largest.intoArray(memory, s.largest + at);
        IntVector exponent = IntVector.broadcast(WORD, fractionBits + 127).sub(largest);
        exponent.lanewise(VectorOperators.LSHL, 23).intoArray(memory, s.scale + at);
        // A power of two below single precision's would cut all of it off, as the smallest does.
        IntVector moved = old.sub(largest).max(-126).add(127).lanewise(VectorOperators.LSHL, 23);
        FloatVector scaled = addend.reinterpretAsFloats().mul(moved.reinterpretAsFloats());
        ((IntVector) scaled.convertShape(VectorOperators.F2I, WORD, 0)).intoArray(memory, s.total + at);
      }
    }
    return others.compare(VectorOperators.EQ, 0).allTrue();
  }

  /** The totals and the cut-off products of some columns of the left operand: two vectors of lanes at a time. */
  private static void products(TileScratch s, LeftOperand left, RightOperand right, int from, int to) {
    int[] memory = s.memory;
    int vector = 2 * left.terms() * WORDS;
    for (int lane = 0; lane < WARP; lane += 2 * WORDS) {
      int start = left.value + 2 * left.terms() * lane;
      FloatVector s0 = IntVector.fromArray(WORD, memory, s.scale + lane).reinterpretAsFloats();
      FloatVector s1 = IntVector.fromArray(WORD, memory, s.scale + lane + WARP).reinterpretAsFloats();
      FloatVector s2 = IntVector.fromArray(WORD, memory, s.scale + lane + 2 * WARP).reinterpretAsFloats();
      FloatVector s3 = IntVector.fromArray(WORD, memory, s.scale + lane + 3 * WARP).reinterpretAsFloats();
      FloatVector s4 = IntVector.fromArray(WORD, memory, s.scale + lane + WORDS).reinterpretAsFloats();
      FloatVector s5 = IntVector.fromArray(WORD, memory, s.scale + lane + WORDS + WARP).reinterpretAsFloats();
      FloatVector s6 = IntVector.fromArray(WORD, memory, s.scale + lane + WORDS + 2 * WARP).reinterpretAsFloats();
      FloatVector s7 = IntVector.fromArray(WORD, memory, s.scale + lane + WORDS + 3 * WARP).reinterpretAsFloats();
      IntVector q0 = IntVector.fromArray(WORD, memory, s.total + lane);
      IntVector q1 = IntVector.fromArray(WORD, memory, s.total + lane + WARP);
      IntVector q2 = IntVector.fromArray(WORD, memory, s.total + lane + 2 * WARP);
      IntVector q3 = IntVector.fromArray(WORD, memory, s.total + lane + 3 * WARP);
      IntVector q4 = IntVector.fromArray(WORD, memory, s.total + lane + WORDS);
      IntVector q5 = IntVector.fromArray(WORD, memory, s.total + lane + WORDS + WARP);
      IntVector q6 = IntVector.fromArray(WORD, memory, s.total + lane + WORDS + 2 * WARP);
      IntVector q7 = IntVector.fromArray(WORD, memory, s.total + lane + WORDS + 3 * WARP);
      for (int at = 2 * WORDS * from; at < 2 * WORDS * to; at += 2 * WORDS) {
        FloatVector even = IntVector.fromArray(WORD, memory, right.value + at).reinterpretAsFloats();
        FloatVector odd = IntVector.fromArray(WORD, memory, right.value + at + WORDS).reinterpretAsFloats();
        FloatVector upper = IntVector.fromArray(WORD, memory, start + at).reinterpretAsFloats();
        FloatVector lower = IntVector.fromArray(WORD, memory, start + at + WORDS).reinterpretAsFloats();
        q0 = q0.add(upper.mul(even).mul(s0).convertShape(VectorOperators.F2I, WORD, 0));
        q1 = q1.add(upper.mul(odd).mul(s1).convertShape(VectorOperators.F2I, WORD, 0));
        q2 = q2.add(lower.mul(even).mul(s2).convertShape(VectorOperators.F2I, WORD, 0));
        q3 = q3.add(lower.mul(odd).mul(s3).convertShape(VectorOperators.F2I, WORD, 0));
        upper = IntVector.fromArray(WORD, memory, start + vector + at).reinterpretAsFloats();
        lower = IntVector.fromArray(WORD, memory, start + vector + at + WORDS).reinterpretAsFloats();
        q4 = q4.add(upper.mul(even).mul(s4).convertShape(VectorOperators.F2I, WORD, 0));
        q5 = q5.add(upper.mul(odd).mul(s5).convertShape(VectorOperators.F2I, WORD, 0));
        q6 = q6.add(lower.mul(even).mul(s6).convertShape(VectorOperators.F2I, WORD, 0));
        q7 = q7.add(lower.mul(odd).mul(s7).convertShape(VectorOperators.F2I, WORD, 0));
      }
      q0.intoArray(memory, s.total + lane);
      q1.intoArray(memory, s.total + lane + WARP);
      q2.intoArray(memory, s.total + lane + 2 * WARP);
      q3.intoArray(memory, s.total + lane + 3 * WARP);
      q4.intoArray(memory, s.total + lane + WORDS);
      q5.intoArray(memory, s.total + lane + WORDS + WARP);
      q6.intoArray(memory, s.total + lane + WORDS + 2 * WARP);
      q7.intoArray(memory, s.total + lane + WORDS + 3 * WARP);
    }
  }

  /** Whether a total went round since it was kept. */
  private static boolean overflows(TileScratch s) {
    int[] memory = s.memory;
    long overflow = 0;
    for (int at = 0; at < 4 * WARP; at += WORDS) {
      IntVector before = IntVector.fromArray(WORD, memory, s.before + at);
      IntVector sum = IntVector.fromArray(WORD, memory, s.total + at);
      IntVector part = sum.sub(before);
      IntVector signs = before.lanewise(VectorOperators.XOR, sum).and(part.lanewise(VectorOperators.XOR, sum));
      overflow |= signs.compare(VectorOperators.LT, 0).toLong();
    }
    return overflow != 0;
  }

  /** The totals as single precision, cut off to its fraction bits, into registers of {@code words}. */
  private void finish(TileScratch s, int[] words, int[] registers) {
    int[] memory = s.memory;
    for (int r = 0; r < 4; r++) {
      for (int lane = 0; lane < WARP; lane += WORDS) {
        int at = r * WARP + lane;
        IntVector total = IntVector.fromArray(WORD, memory, s.total + at);
        IntVector magnitude = total.abs();
        IntVector zeros = magnitude.lanewise(VectorOperators.LEADING_ZEROS_COUNT);
        IntVector mask = IntVector.broadcast(WORD, kept).lanewise(VectorOperators.ASHR, zeros);
        IntVector exponent = IntVector.fromArray(WORD, memory, s.largest + at).add(127 - fractionBits);
        FloatVector unit = exponent.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector value = ((FloatVector) magnitude.and(mask).convertShape(VectorOperators.I2F, FLOAT, 0)).mul(unit);
        value.reinterpretAsInts().or(total.and(SIGN)).intoArray(words, registers[r] + lane);
      }
    }
  }
}
