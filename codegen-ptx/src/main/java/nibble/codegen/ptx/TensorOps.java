package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;

/** Tensor cores and the matrix loads that feed them. All lanes of a warp must run these together. */
public interface TensorOps extends Emitter {
  /** Adds the product of two fragments to the accumulators, in place. */
  default void mma(MmaInstruction instruction, RegisterVector accumulators, RegisterVector a, RegisterVector b) {
    emit(instruction.mnemonic(), accumulators, a, b, accumulators);
  }

  /** Accumulators of zero. */
  default RegisterVector zeroAccumulators(MmaInstruction instruction, int tiles) {
    RegisterVector accumulators =
        freshVector(instruction.accumulatorType(), instruction.accumulatorRegisters() * tiles);
    Operand zero = instruction.accumulatorType() == RegisterType.F32 ? Immediate.imm(0f) : Immediate.imm(0);
    for (Register register : accumulators.registers()) {
      emit("mov." + register.type().keyword(), register, zero);
    }
    return accumulators;
  }

  /** Loads 1, 2 or 4 matrices of eight rows of 16 bytes, whose addresses the lanes give. */
  default RegisterVector ldmatrix(int matrices, boolean transposed, Address address) {
    return opVector(matrix("ldmatrix", matrices, transposed), address);
  }

  /** Stores such matrices. Needs sm_90. */
  default void stmatrix(boolean transposed, Address address, RegisterVector matrices) {
    emit(matrix("stmatrix", matrices.size(), transposed), address, matrices);
  }

  private static String matrix(String operation, int matrices, boolean transposed) {
    checkArgument(matrices == 1 || matrices == 2 || matrices == 4, "%s matrices", matrices);
    return operation + ".sync.aligned.m8n8.x" + matrices + (transposed ? ".trans" : "") + ".shared.b16";
  }
}
