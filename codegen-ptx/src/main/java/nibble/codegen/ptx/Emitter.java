package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.stream.Stream;

/**
 * Appends instructions. What {@link ArithmeticOps} and its siblings offer by name is built of these methods, and so can
 * be any other row of the table: {@code code.op("popc.b32", mask)}.
 */
public interface Emitter {
  /** A register that nothing has set. */
  Register fresh(RegisterType type);

  /**
   * Appends an instruction with the given operands, outputs first. Throws {@code IllegalArgumentException} where the
   * table has no such instruction.
   */
  void emit(String mnemonic, Operand... operands);

  /** Appends an instruction with the given inputs and fresh outputs, and returns its one output operand. */
  Operand emitFresh(String mnemonic, Operand... inputs);

  /** Appends an instruction that sets one fresh register. */
  default Register op(String mnemonic, Operand... inputs) {
    Operand output = emitFresh(mnemonic, inputs);
    checkArgument(output instanceof Register, "%s sets %s, not a register", mnemonic, output);
    return (Register) output;
  }

  /** Appends an instruction that sets a vector of fresh registers. */
  default RegisterVector opVector(String mnemonic, Operand... inputs) {
    Operand output = emitFresh(mnemonic, inputs);
    checkArgument(output instanceof RegisterVector, "%s sets %s, not a vector", mnemonic, output);
    return (RegisterVector) output;
  }

  /** That many fresh registers. */
  default RegisterVector freshVector(RegisterType type, int count) {
    return RegisterVector.of(Stream.generate(() -> fresh(type)).limit(count).toList());
  }
}
