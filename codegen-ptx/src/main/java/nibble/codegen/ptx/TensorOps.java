package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;

/** Tensor cores and the matrix loads that feed them. All lanes of a warp must run these together. */
public interface TensorOps extends Emitter {
  /** Adds the product of two fragments to the accumulators, in place. */
  default void mma(MmaInstruction instruction, RegisterVector accumulators, RegisterVector a, RegisterVector b) {
    mma(instruction, accumulators, a, b, accumulators);
  }

  /** The product of two fragments added to sums that stay as they are. */
  default void mma(
      MmaInstruction instruction, RegisterVector results, RegisterVector a, RegisterVector b, RegisterVector sums) {
    emit(instruction.mnemonic(), results, a, b, sums);
  }

  /**
   * Adds the product of two scaled fragments to the accumulators, in place.
   *
   * @param scales a register with scales of A, what selects those of this instruction, and the same for B
   */
  default void blockScaledMma(
      BlockScaledMmaInstruction instruction, RegisterVector accumulators, RegisterVector a, RegisterVector b,
      List<Operand> scales) {
    List<Operand> operands = new ArrayList<>(List.of(accumulators, a, b, accumulators));
    operands.addAll(scales);
    emit(instruction.mnemonic(), operands.toArray(Operand[]::new));
  }

  /**
   * Adds the product of a compressed fragment to the accumulators, in place.
   *
   * @param metadata which elements are stored
   * @param selector which lanes supply them
   */
  default void sparseMma(
      SparseMmaInstruction instruction, RegisterVector accumulators, RegisterVector a, RegisterVector b,
      Register metadata, Immediate selector) {
    emit(instruction.mnemonic(), accumulators, a, b, accumulators, metadata, selector);
  }

  /**
   * Adds the product of a compressed fragment to the accumulators, in place, with scales for both.
   *
   * @param dense the instruction that multiplies as many stored elements
   * @param metadata a register that tells which elements are stored, and which lanes supply them
   * @param scales as for {@link #blockScaledMma}
   */
  default void blockScaledSparseMma(
      BlockScaledMmaInstruction dense, RegisterVector accumulators, RegisterVector a, RegisterVector b,
      List<Operand> metadata, List<Operand> scales) {
    List<Operand> operands = new ArrayList<>(List.of(accumulators, a, b, accumulators));
    operands.addAll(metadata);
    operands.addAll(scales);
    emit(SparseMmaInstruction.scaled(dense), operands.toArray(Operand[]::new));
  }

  /**
   * Starts adding the product of a tile of shared memory, or a fragment, and a tile of shared memory to the
   * accumulators of a warpgroup, in place.
   *
   * @param a a descriptor, or registers
   * @param add whether to add to the accumulators: a predicate
   */
  default void wgmma(
      WgmmaInstruction instruction, RegisterVector accumulators, Operand a, Register b, Register add) {
    List<Operand> operands = new ArrayList<>(List.of(accumulators, a, b, add));
    operands.addAll(instruction.immediates());
    emit(instruction.mnemonic(), operands.toArray(Operand[]::new));
  }

  /**
   * The same of a compressed left operand.
   *
   * @param metadata of this warp's rows, a word of each lane; of elements wider than a byte the first two lanes of each
   *     four have them
   */
  default void wgmma(
      SparseWgmmaInstruction instruction, RegisterVector accumulators, Operand a, Register b, Register metadata,
      Register add) {
    List<Operand> operands = new ArrayList<>(List.of(accumulators, a, b, metadata, Immediate.imm(0), add));
    operands.addAll(instruction.dense().immediates());
    emit(instruction.mnemonic(), operands.toArray(Operand[]::new));
  }

  /** Orders what was done to registers before the multiplications of this warpgroup that follow. */
  default void wgmmaFence() {
    emit("wgmma.fence.sync.aligned");
  }

  /** Closes a group of multiplications of this warpgroup. */
  default void commitWgmma() {
    emit("wgmma.commit_group.sync.aligned");
  }

  /** Waits until at most {@code pending} of this warpgroup's youngest groups are unfinished. */
  default void awaitWgmma(int pending) {
    emit("wgmma.wait_group.sync.aligned", Immediate.imm(pending));
  }

  /** Gives up registers of the threads of this warpgroup but so many; a multiple of 8. */
  default void dropRegisters(int left) {
    emit("setmaxnreg.dec.sync.aligned.u32", Immediate.imm(left));
  }

  /** Waits until the threads of this warpgroup have so many registers, which others give up; a multiple of 8. */
  default void raiseRegisters(int count) {
    emit("setmaxnreg.inc.sync.aligned.u32", Immediate.imm(count));
  }

  /**
   * Makes what this thread wrote to the shared memory of its block visible to what reads it asynchronously, as tensor
   * cores do.
   */
  default void fenceProxy() {
    emit("fence.proxy.async.shared::cta");
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
