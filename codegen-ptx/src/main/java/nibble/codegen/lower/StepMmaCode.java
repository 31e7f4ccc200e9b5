package nibble.codegen.lower;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import nibble.codegen.lower.Lowered.Fragment;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.MmaInstruction;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.PtxType;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.ptx.RegisterVector;
import nibble.codegen.tile.op.StepMma;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * Steps of matrix products in accumulators of their own, which start from zero and last for one part of 16 x 8, so that
 * few are needed at a time; then one fused multiply-add for each sum.
 */
final class StepMmaCode {
  private final Code code;
  private final KernelBuilder ptx;

  StepMmaCode(Code code) {
    this.code = code;
    this.ptx = code.ptx();
  }

  /**
   * Adds a step.
   *
   * @param sums registers that change in place
   * @param factors what they are multiplied by before
   */
  Tile add(StepMma op, Tile sums, Tile factors, List<Fragment> left, List<Fragment> right) {
    // Halves are summed in f32, and rounded where sums of bytes are.
    boolean rounds = op.sums().equals(Formats.F16) && left.getFirst().type().format().equals(Formats.F16);
    NumberFormat format = rounds ? Formats.F32 : op.sums();
    MmaInstruction instruction = MmaInstruction.of(
        MmaCode.keyword(left.getFirst().type().format()), MmaCode.keyword(right.getFirst().type().format()),
        MmaCode.keyword(format));
    int between = StepMma.ROUNDED / left.getFirst().type().extents().get(1);
    MmaCode.requirePart(left.getFirst().type(), instruction.layoutOfA());
    MmaCode.requirePart(right.getFirst().type(), instruction.layoutOfB());
    MmaCode.requirePart(sums.type(), instruction.layoutOfAccumulator());
    List<Register> registers = MmaCode.inPlace(code, sums);
    int tilesN = right.getFirst().words().size() / instruction.registersOfB();
    Operand zero = format.equals(Formats.F32) ? Immediate.imm(0f) : Immediate.imm(0);
    RegisterVector zeros = MmaCode.sums(
        code, Collections.nCopies(instruction.accumulatorRegisters(), zero), instruction.accumulatorType());
    for (int tile = 0; tile < registers.size() / 4; tile++) {
      int m = tile / tilesN * instruction.registersOfA();
      int n = tile % tilesN * instruction.registersOfB();
      RegisterVector own = ptx.freshVector(instruction.accumulatorType(), instruction.accumulatorRegisters());
      for (int step = 0; step < left.size(); step++) {
        ptx.mma(
            instruction, own, RegisterVector.of(left.get(step).words().subList(m, m + instruction.registersOfA())),
            RegisterVector.of(right.get(step).words().subList(n, n + instruction.registersOfB())),
            step == 0 ? zeros : own);
        if (rounds && ((step + 1) % between == 0 || step + 1 == left.size())) {
          round(own);
        }
      }
      List<Operand> step = widened(own, format);
      for (int i = 0; i < 4; i++) {
        Register sum = registers.get(4 * tile + i);
        ptx.emit("fma.rn.f32", sum, sum, code.register(factors.at(4 * tile + i), RegisterType.F32), step.get(i));
      }
    }
    return new Tile(sums.type(), ImmutableList.copyOf(registers));
  }

  /** Rounds sums of f32 to numbers of f16, where they are. */
  private void round(RegisterVector sums) {
    for (int i = 0; i < sums.registers().size(); i += 2) {
      Register packed = ptx.packHalves(PtxType.F16X2, sums.registers().get(i), sums.registers().get(i + 1));
      RegisterVector halves = new CastCode(code).unpack(packed);
      ptx.emit("cvt.f32.f16", sums.registers().get(i), halves.registers().get(0));
      ptx.emit("cvt.f32.f16", sums.registers().get(i + 1), halves.registers().get(1));
    }
  }

  /** The sums of a step as f32. */
  private List<Operand> widened(RegisterVector sums, NumberFormat format) {
    if (format.equals(Formats.F32)) {
      return new ArrayList<>(sums.registers());
    }
    if (format.isInteger()) {
      return sums.registers().stream().map(sum -> (Operand) ptx.op("cvt.rn.f32.s32", sum)).toList();
    }
    List<Operand> wide = new ArrayList<>();
    for (Register pair : sums.registers()) {
      new CastCode(code).unpack(pair).registers().forEach(half -> wide.add(ptx.op("cvt.f32.f16", half)));
    }
    return wide;
  }
}
