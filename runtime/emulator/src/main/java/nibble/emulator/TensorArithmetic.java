package nibble.emulator;

/** How the products of floating-point matrix instructions are summed. */
public enum TensorArithmetic {
  /** As the tensor cores of the program's target do: exact products, cut off when they are aligned, and summed. */
  MODELLED,
  /** In double precision, rounded once: for finding out how much the real ones lose. */
  IEEE
}
