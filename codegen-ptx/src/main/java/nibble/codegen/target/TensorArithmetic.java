package nibble.codegen.target;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How {@code mma.sync}, or of sm_90a {@code wgmma}, sums, for error bounds and emulation. In a step, the products
 * (exact) and the addend are cut, toward zero, to {@code fractionBits} bits below the largest exponent of all of them,
 * summed exactly, and the sum is cut to a result. Source: "MMA-Sim: Bit-Accurate Reference Model of Tensor Cores and
 * Matrix Cores", not measured here.
 *
 * @param fractionBits bits that each term keeps below the largest exponent
 * @param outputFractionBits fraction bits of an f32 result, also cut toward zero: 23 is all of f32
 * @param steps into how many steps, one after the other, the k of the largest instruction is cut
 * @param addsSeparately whether the addend is not part of the steps, which start at zero, but is added to their result
 *     by one IEEE addition
 */
public record TensorArithmetic(int fractionBits, int outputFractionBits, int steps, boolean addsSeparately) {
  /** Whether sums of more than an instruction or two had better go on in f32. */
  public boolean isCoarse() {
    return outputFractionBits < 23;
  }

  /** How many products one step of an instruction of depth {@code k} sums. */
  public int productsPerStep(int k) {
    checkArgument(k % steps == 0, "k %s in %s steps", k, steps);
    return k / steps;
  }

  /**
   * A bound of the absolute error of one step: each term loses less than one unit of the last bit that is kept, the
   * result less than one of its own.
   *
   * @param k the depth of the instruction
   * @param largestExponent the largest exponent of the addend and of the products, where a product's is the sum of its
   *     factors' and a subnormal factor's is that of the smallest normal number
   * @param result the exact sum
   */
  public double stepError(int k, int largestExponent, double result) {
    int terms = productsPerStep(k) + 1;
    return terms * Math.scalb(1.0, largestExponent - fractionBits)
        + Math.abs(result) * Math.scalb(1.0, -outputFractionBits);
  }
}
