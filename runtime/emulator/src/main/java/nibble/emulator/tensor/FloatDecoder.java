package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Takes packed floating-point elements apart, lane by lane: each element's value in single precision, and the exponent
 * with which {@link AlignedSum} counts it.
 *
 * <p>A code's exponent and fraction, moved to where single precision has them, is the value times a power of two,
 * subnormal ones included; so one multiplication decodes every format.
 */
final class FloatDecoder implements OperandDecoder {
  private static final int SIGN = 0x80000000;

  /** Exponents beyond these, which only bf16 and tf32 have, could take products out of the range of quick sums. */
  private static final int LEAST = -50;

  private static final int MOST = 60;

  private final ElementType type;
  private final int bits;
  private final int padding;
  private final int perRegister;
  private final int dropped;
  private final int fractionBits;
  private final int bias;
  private final float magic;

  /** Magnitudes below are too small, if not zero. */
  private final int smallest;

  /** Magnitudes above the smallest by this or more are too large, or no numbers. */
  private final int range;

  FloatDecoder(ElementType type) {
    this.type = type;
    bits = type.bits();
    perRegister = type.perRegister();
    padding = type.padding();
    dropped = type.dropped();
    fractionBits = type.format().fractionBits();
    bias = 1 - type.format().minExponent();
    magic = Math.scalb(1f, 127 - bias);
    // A subnormal number's exponent is that of a field of one.
    smallest = LEAST + bias <= 1 ? 0 : LEAST + bias << fractionBits;
    range = Math.min(type.format().largest() + 1, MOST + bias + 1 << fractionBits) - smallest;
  }

  @Override
  public ElementType type() {
    return type;
  }

  @Override
  public boolean hasExponents() {
    return true;
  }

  @Override
  public boolean decode(int[] words, int register, int[] memory, int values, int exponents) {
    IntVector others = IntVector.zero(WORD);
    for (int e = 0; e < perRegister; e++) {
      int left = 32 - bits * (e + 1) + padding;
      for (int lane = 0; lane < WARP; lane += WORDS) {
        int at = e * WARP + lane;
        // The element in the upper bits, its sign on top.
        IntVector upper = IntVector.fromArray(WORD, words, register + lane).lanewise(VectorOperators.LSHL, left);
        IntVector magnitude = upper.and(~SIGN).lanewise(VectorOperators.LSHR, 32 - bits + padding + dropped);
        IntVector aligned = magnitude.lanewise(VectorOperators.LSHL, 23 - fractionBits);
        IntVector value = aligned.reinterpretAsFloats().mul(magic).reinterpretAsInts().or(upper.and(SIGN));
        value.intoArray(memory, values + at);
        VectorMask<Integer> isZero = magnitude.compare(VectorOperators.EQ, 0);
        IntVector exponent = magnitude.lanewise(VectorOperators.LSHR, fractionBits).max(1).sub(bias);
        exponent.blend(AlignedSum.ZERO, isZero).intoArray(memory, exponents + at);
        VectorMask<Integer> isOutside = magnitude.sub(smallest).compare(VectorOperators.UGE, range);
        // A zero that is outside makes no difference.
        others = others.lanewise(VectorOperators.OR, magnitude, isOutside);
      }
    }
    return others.compare(VectorOperators.EQ, 0).allTrue();
  }
}
