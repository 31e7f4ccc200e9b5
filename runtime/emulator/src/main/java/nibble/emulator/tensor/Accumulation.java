package nibble.emulator.tensor;

import nibble.emulator.model.Target;

/**
 * How a tensor core sums products: all terms are cut off below a bit that lies a fixed distance under the largest
 * exponent, then summed exactly, then cut off to the accumulator's significand. Generations differ in the distance, and
 * in whether the products of one instruction are summed in one step or two (MMA-Sim: "Bit-Accurate Reference Model of
 * Tensor Cores and Matrix Cores"; Khattak and Mikaitis, "Accurate Models of NVIDIA Tensor Cores").
 *
 * @param fractionBits bits that are kept below the largest exponent
 * @param steps sums that follow each other, each over an equal share of the products, each taking the last one's result
 * @param outputBits fraction bits of a single-precision result
 */
public record Accumulation(int fractionBits, int steps, int outputBits) {
  private static final int SINGLE = 23;

  /**
   * The rule for an instruction.
   *
   * @param isWhole whether the shape is the largest of its kind, which some generations compute in two steps
   */
  public static Accumulation of(Target target, ElementType type, boolean isWhole) {
    boolean isByte = type.bits() == 8;
    if (target.number() < 80) {
      return new Accumulation(target.number() >= 75 ? 24 : 23, 1, SINGLE);
    }
    if (target.number() < 90) {
      int steps = isWhole ? 2 : 1;
      return isByte ? new Accumulation(13, steps, 13) : new Accumulation(24, steps, SINGLE);
    }
    return new Accumulation(25, 1, SINGLE);
  }

  /** The rule for a warpgroup's instruction, which only sm_90a has. */
  public static Accumulation ofWarpgroup(ElementType type) {
    return type.bits() == 8 ? new Accumulation(13, 1, 13) : new Accumulation(25, 1, SINGLE);
  }
}
