package nibble.emulator.lower;

import nibble.emulator.TensorArithmetic;

/** What the machine's builder says about how programs are to be lowered. */
public record Options(TensorArithmetic tensorArithmetic) {}
