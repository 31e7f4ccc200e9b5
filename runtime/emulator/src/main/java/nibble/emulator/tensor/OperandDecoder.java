package nibble.emulator.tensor;

/** Takes packed elements apart, lane by lane. */
interface OperandDecoder {
  /** What it decodes. */
  ElementType type();

  /** Elements in a register. */
  default int perRegister() {
    return type().perRegister();
  }

  /** Whether it gives exponents. */
  boolean hasExponents();

  /**
   * Decodes a register: for each of its elements 32 lanes.
   *
   * @param values the elements' values
   * @param exponents the exponents with which {@link AlignedSum} counts them; untouched where there are none
   * @return whether all elements can be summed quickly
   */
  boolean decode(int[] words, int register, float[] values, int[] exponents);
}
