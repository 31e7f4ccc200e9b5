package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.SharedLayout;
import nibble.codegen.layout.SwizzleMode;
import nibble.codegen.lower.Lowered.Shared;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.ptx.RegisterVector;
import nibble.codegen.ptx.WgmmaInstruction;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.WarpgroupMma;

/**
 * Matrix products of tiles in shared memory: one {@code wgmma} for each 64 rows and 32 bytes of depth. Accumulators
 * change in place.
 */
final class WgmmaCode {
  private static final int WARPS = 4;
  /** Descriptors count in units of 16 bytes (PTX ISA 9.7.15.5.1). */
  private static final int UNIT_BITS = 4;
  private static final int LEADING_SHIFT = 16;
  private static final int SWIZZLE_SHIFT = 62 - 32;
  private static final int ROWS_OF_PATTERN = 8;

  private final Code code;
  private final KernelBuilder ptx;
  private final Threads threads;

  WgmmaCode(Code code, Threads threads) {
    this.code = code;
    this.ptx = code.ptx();
    this.threads = threads;
  }

  /** An operand: where its stage starts, and which of the axes of its tile is the depth. */
  private record Factor(SharedLayout layout, Operand stage, int depthAxis, SwizzleMode mode) {
    static Factor of(Code code, Shared shared, Operand stage, int depthAxis) {
      SharedLayout layout = shared.type().layout();
      Operand start = code.add(shared.base(), code.mul(stage, imm(layout.bytes())));
      return new Factor(layout, start, depthAxis, modeOf(layout));
    }

    private static SwizzleMode modeOf(SharedLayout layout) {
      int rows = layout.layout().outputSize(Dimension.tensor(0));
      int columns = layout.layout().outputSize(Dimension.tensor(1));
      int bytes = columns * layout.elementBits() / Byte.SIZE;
      return Arrays.stream(SwizzleMode.values())
          .filter(mode -> bytes >= mode.span()
              && SharedLayout.swizzled(mode, layout.elementBits(), rows, columns).equals(layout))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("no descriptor tells " + layout.layout()));
    }

    /** The byte of the stage at which a block of rows (or columns) and depth begins: a place that no swizzle moves. */
    int offset(int row, int depth) {
      return depthAxis == 1 ? layout.address(row, depth) : layout.address(depth, row);
    }

    boolean isTransposed() {
      return depthAxis == 0;
    }

    /** Bytes from one panel of a transposed tile to the next; of one whose depth is contiguous it does not count. */
    private int leadingBytes() {
      int rows = layout.layout().outputSize(Dimension.tensor(0));
      return isTransposed() ? rows * mode.span() : 1 << UNIT_BITS;
    }

    int leadingWord() {
      return leadingBytes() >> UNIT_BITS << LEADING_SHIFT;
    }

    /** The upper half of descriptors: bytes from eight rows to the next eight, and the swizzle. */
    int upperWord() {
      int swizzle = switch (mode) {
        case BYTES_128 -> 1;
        case BYTES_64 -> 2;
        case BYTES_32 -> 3;
        case BYTES_128_ATOM_32, BYTES_128_ATOM_64 -> throw new IllegalStateException("wgmma does not swizzle " + mode);
      };
      return ROWS_OF_PATTERN * mode.span() >> UNIT_BITS | swizzle << SWIZZLE_SHIFT;
    }
  }

  Tile multiply(Tile accumulators, Shared a, Shared b, Operand stage, WarpgroupMma op) {
    Factor left = Factor.of(code, a, stage, op.depthOfA());
    Factor right = Factor.of(code, b, stage, op.depthOfB());
    TileType type = accumulators.type();
    WgmmaInstruction instruction = new WgmmaInstruction(
        type.extents().get(1), MmaCode.keyword(a.type().format()), MmaCode.keyword(b.type().format()),
        MmaCode.keyword(type.format()),
        left.isTransposed(), right.isTransposed());
    LinearLayout blocks = type.layout().divideLeft(instruction.layoutOfAccumulator())
        .orElseThrow(() -> new IllegalStateException(type + " is not made of " + instruction.layoutOfAccumulator()));
    List<Register> registers = MmaCode.inPlace(code, accumulators);
    Operand lowerA = lowerWord(left, code.add(left.stage(), groupOffset(left, blocks)));
    Operand lowerB = lowerWord(right, right.stage());
    Register upperA = ptx.op("mov.b32", imm(left.upperWord()));
    Register upperB = ptx.op("mov.b32", imm(right.upperWord()));
    Register add = code.register(imm(1), RegisterType.PRED);
    int depth = left.layout().layout().outputSize(Dimension.tensor(left.depthAxis()));
    int perBlock = instruction.accumulatorRegisters();
    ptx.wgmmaFence();
    for (int k = 0; k < depth; k += instruction.k()) {
      for (int block = 0; block < registers.size() / perBlock; block++) {
        int row = WgmmaInstruction.ROWS * blocks.apply(Map.of(Dimension.REGISTER, block)).get(Dimension.tensor(0));
        ptx.wgmma(
            instruction,
            RegisterVector.of(registers.subList(block * perBlock, (block + 1) * perBlock)),
            descriptor(lowerA, left.offset(row, k), upperA), descriptor(lowerB, right.offset(0, k), upperB), add);
      }
    }
    ptx.commitWgmma();
    return new Tile(type, ImmutableList.copyOf(registers));
  }

  /** How far the rows of this thread's warpgroup are from those of the first. */
  private Operand groupOffset(Factor left, LinearLayout blocks) {
    int groups = blocks.inputSize(Dimension.WARP);
    if (groups == 1) {
      return imm(0);
    }
    int each = offsetOfGroup(left, blocks, 1);
    for (int group = 2; group < groups; group++) {
      if (offsetOfGroup(left, blocks, group) != group * each) {
        throw new IllegalStateException("warpgroups are not at equal distances: " + blocks);
      }
    }
    Register group = ptx.op("shr.u32", threads.warp(), imm(Integer.numberOfTrailingZeros(WARPS)));
    return code.mul(group, imm(each));
  }

  private static int offsetOfGroup(Factor left, LinearLayout blocks, int group) {
    int block = blocks.apply(Map.of(Dimension.WARP, group)).get(Dimension.tensor(0));
    return left.offset(WgmmaInstruction.ROWS * block, 0);
  }

  /** The lower half of the descriptor of what starts there. */
  private Operand lowerWord(Factor factor, Operand start) {
    Register units = ptx.op("shr.u32", code.register(start), imm(UNIT_BITS));
    return ptx.op("or.b32", units, imm(factor.leadingWord()));
  }

  private Register descriptor(Operand lower, int offset, Register upper) {
    Operand moved = code.add(lower, imm(offset >> UNIT_BITS));
    return ptx.op("mov.b64", RegisterVector.of(code.register(moved), upper));
  }
}
