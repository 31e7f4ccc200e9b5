package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.lower.Lowered.Fragment;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.BlockScaledMmaInstruction;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterVector;
import nibble.codegen.ptx.SparseMmaInstruction;
import nibble.codegen.tile.op.SparseMma;
import nibble.ir.layout.MetadataTile;

/** Matrix products of compressed tiles: one {@code mma.sp} for each 16 x 8 part. */
final class SparseMmaCode {
  /** Rows of an instruction. */
  private static final int ROWS = 16;

  private final Code code;

  SparseMmaCode(Code code) {
    this.code = code;
  }

  /**
   * Adds a product to accumulators, in place.
   *
   * @param metadata a register for each tile of words
   * @param steps of the depth that they are for
   * @param scales of a and of b; none where instructions apply none
   */
  Tile multiply(
      Tile accumulators, Fragment a, Fragment b, Lowered metadata, int steps, List<Fragment> scales, SparseMma op) {
    List<Register> registers = MmaCode.inPlace(code, accumulators);
    List<? extends Operand> words = words(metadata);
    int first = words.size() / steps * op.step();
    int tilesN = b.words().size() / 4;
    for (int tile = 0; tile < registers.size() / 4; tile++) {
      int m = tile / tilesN;
      int n = tile % tilesN;
      RegisterVector sums = RegisterVector.of(registers.subList(4 * tile, 4 * tile + 4));
      RegisterVector left = RegisterVector.of(a.words().subList(4 * m, 4 * m + 4));
      RegisterVector right = RegisterVector.of(b.words().subList(4 * n, 4 * n + 4));
      Register word = code.register(words.get(first + ROWS * m / op.metadata().rows()));
      Immediate selector = imm(selector(op.metadata(), m));
      if (scales.isEmpty()) {
        code.ptx().sparseMma(plain(accumulators, a, b), sums, left, right, word, selector);
      } else {
        int group = op.step() * b.type().extents().get(0) / op.group();
        code.ptx().blockScaledSparseMma(
            scaled(a, b, scales, op), sums, left, right, List.of(word, selector),
            BlockScaledMmaCode.operands(scales, m, n, group));
      }
    }
    return new Tile(accumulators.type(), ImmutableList.copyOf(registers));
  }

  /** Registers of metadata, however they were loaded. */
  static List<? extends Operand> words(Lowered metadata) {
    return switch (metadata) {
      case Fragment fragment -> fragment.words();
      case Tile tile -> tile.elements();
      default -> throw new IllegalStateException("metadata in no registers");
    };
  }

  private static SparseMmaInstruction plain(Tile accumulators, Fragment a, Fragment b) {
    SparseMmaInstruction instruction = SparseMmaInstruction.of(
        MmaCode.keyword(a.type().format()), MmaCode.keyword(b.type().format()),
        MmaCode.keyword(accumulators.type().format()));
    MmaCode.requirePart(a.type(), instruction.layoutOfA());
    MmaCode.requirePart(b.type(), instruction.layoutOfB());
    MmaCode.requirePart(accumulators.type(), instruction.layoutOfAccumulator());
    return instruction;
  }

  private static BlockScaledMmaInstruction scaled(Fragment a, Fragment b, List<Fragment> scales, SparseMma op) {
    return new BlockScaledMmaInstruction(
        MmaCode.keyword(a.type().format()), MmaCode.keyword(b.type().format()),
        MmaCode.keyword(scales.getFirst().type().format()), op.group() / 2);
  }

  /** Of words with two rows each, half of the lanes have those of the next instruction. */
  private static int selector(MetadataTile metadata, int m) {
    return ROWS * m % metadata.rows() / ROWS;
  }
}
