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
   * @param words what holds the register, from {@code register} on
   * @param memory what holds its elements from now on: from {@code values} on, single precision, and from {@code
   *     exponents} on, the exponents with which {@link AlignedSum} counts them, if there are some
   * @return whether all elements can be summed quickly
   */
  boolean decode(int[] words, int register, int[] memory, int values, int exponents);
}
