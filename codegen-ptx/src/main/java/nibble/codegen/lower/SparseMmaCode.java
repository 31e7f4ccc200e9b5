package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.lower.Lowered.Fragment;
import nibble.codegen.lower.Lowered.Tile;
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
   */
  Tile multiply(Tile accumulators, Fragment a, Fragment b, Lowered metadata, int steps, SparseMma op) {
    SparseMmaInstruction instruction = SparseMmaInstruction.of(
        MmaCode.keyword(a.type().format()), MmaCode.keyword(b.type().format()),
        MmaCode.keyword(accumulators.type().format()));
    MmaCode.requirePart(a.type(), instruction.layoutOfA());
    MmaCode.requirePart(b.type(), instruction.layoutOfB());
    MmaCode.requirePart(accumulators.type(), instruction.layoutOfAccumulator());
    List<Register> registers = MmaCode.inPlace(code, accumulators);
    List<? extends Operand> words = switch (metadata) {
      case Fragment fragment -> fragment.words();
      case Tile tile -> tile.elements();
      default -> throw new IllegalStateException("metadata in no registers");
    };
    int first = words.size() / steps * op.step();
    int tilesN = b.words().size() / 4;
    for (int tile = 0; tile < registers.size() / 4; tile++) {
      int m = tile / tilesN;
      int n = tile % tilesN;
      code.ptx().sparseMma(
          instruction,
          RegisterVector.of(registers.subList(4 * tile, 4 * tile + 4)),
          RegisterVector.of(a.words().subList(4 * m, 4 * m + 4)),
          RegisterVector.of(b.words().subList(4 * n, 4 * n + 4)),
          code.register(words.get(first + ROWS * m / op.metadata().rows())), imm(selector(op.metadata(), m)));
    }
    return new Tile(accumulators.type(), ImmutableList.copyOf(registers));
  }

  /** Of words with two rows each, half of the lanes have those of the next instruction. */
  private static int selector(MetadataTile metadata, int m) {
    return ROWS * m % metadata.rows() / ROWS;
  }
}
