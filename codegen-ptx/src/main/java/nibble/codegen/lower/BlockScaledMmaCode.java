package nibble.codegen.lower;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.lower.Lowered.Fragment;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.BlockScaledMmaInstruction;
import nibble.codegen.ptx.ImmediatePair;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterVector;
import nibble.codegen.tile.op.BlockScaledMma;

/** Matrix products of tiles whose scales instructions apply: one {@code mma} for each 16 x 8 part. */
final class BlockScaledMmaCode {
  private final Code code;

  BlockScaledMmaCode(Code code) {
    this.code = code;
  }

  /**
   * Adds a product to accumulators, in place.
   *
   * @param scales of a and of b
   */
  Tile multiply(Tile accumulators, Fragment a, Fragment b, List<Fragment> scales, BlockScaledMma op) {
    BlockScaledMmaInstruction instruction = new BlockScaledMmaInstruction(
        MmaCode.keyword(a.type().format()), MmaCode.keyword(b.type().format()),
        MmaCode.keyword(scales.getFirst().type().format()), op.group());
    MmaCode.requirePart(a.type(), instruction.layoutOfA());
    MmaCode.requirePart(b.type(), instruction.layoutOfB());
    MmaCode.requirePart(accumulators.type(), instruction.layoutOfAccumulator());
    List<Register> registers = MmaCode.inPlace(code, accumulators);
    int tilesN = b.words().size() / 2;
    for (int tile = 0; tile < registers.size() / 4; tile++) {
      int m = tile / tilesN;
      int n = tile % tilesN;
      code.ptx().blockScaledMma(
          instruction,
          RegisterVector.of(registers.subList(4 * tile, 4 * tile + 4)),
          RegisterVector.of(a.words().subList(4 * m, 4 * m + 4)),
          RegisterVector.of(b.words().subList(2 * n, 2 * n + 2)),
          operands(scales, m, n, op.first()));
    }
    return new Tile(accumulators.type(), ImmutableList.copyOf(registers));
  }

  /** Registers with scales of a tile of rows and one of columns, from a group on, and what selects them. */
  static ImmutableList<Operand> operands(List<Fragment> scales, int m, int n, int first) {
    return ImmutableList.of(
        word(scales.getFirst(), m / BlockScaledMmaInstruction.TILES_OF_A, first),
        selector(first, m % BlockScaledMmaInstruction.TILES_OF_A),
        word(scales.getLast(), n / BlockScaledMmaInstruction.TILES_OF_B, first),
        selector(first, n % BlockScaledMmaInstruction.TILES_OF_B));
  }

  /** The register with a scale of some tiles of rows or columns: registers count along the groups first. */
  private static Register word(Fragment scales, int tiles, int group) {
    int perTiles = Math.ceilDiv(scales.type().extents().get(1), BlockScaledMmaInstruction.SCALES_OF_REGISTER);
    return scales.words().get(tiles * perTiles + group / BlockScaledMmaInstruction.SCALES_OF_REGISTER);
  }

  private static ImmediatePair selector(int group, int tile) {
    return new ImmediatePair(group % BlockScaledMmaInstruction.SCALES_OF_REGISTER, tile);
  }
}
