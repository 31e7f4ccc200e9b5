package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.SharedLayout;
import nibble.codegen.layout.SwizzleMode;
import nibble.codegen.lower.Lowered.Fragment;
import nibble.codegen.lower.Lowered.Shared;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.ptx.RegisterVector;
import nibble.codegen.ptx.SparseWgmmaInstruction;
import nibble.codegen.ptx.WgmmaInstruction;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.WarpgroupMma;
import nibble.codegen.tile.op.WarpgroupSparseMma;
import nibble.ir.Operation;
import nibble.ir.Type;
import nibble.ir.format.NumberFormat;

/**
 * Matrix products of tiles in shared memory, of which the left one may be in registers: one {@code wgmma} for each 64
 * rows and 32 bytes of depth. Accumulators change in place.
 */
final class WgmmaCode {
  private static final int WARPS = 4;
  private static final ImmutableSet<Operand> ZERO = ImmutableSet.of(imm(0), imm(0f));
  /** Descriptors count in units of 16 bytes (PTX ISA 9.7.15.5.1). */
  private static final int UNIT_BITS = 4;
  private static final int LEADING_SHIFT = 16;
  private static final int SWIZZLE_SHIFT = 62 - 32;
  private static final int ROWS_OF_PATTERN = 8;

  private final Code code;
  private final KernelBuilder ptx;
  private final Threads threads;
  private final Map<Operation, Prepared> prepared = new IdentityHashMap<>();

  WgmmaCode(Code code, Threads threads) {
    this.code = code;
    this.ptx = code.ptx();
    this.threads = threads;
  }

  /** An operand: how its tiles lie, and which of their axes is the depth. */
  private record Factor(SharedLayout layout, int depthAxis, SwizzleMode mode) {
    static Factor of(Shared shared, int depthAxis) {
      SharedLayout layout = shared.type().layout();
      return new Factor(layout, depthAxis, modeOf(layout));
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

  /**
   * What a multiplication needs that is the same in all iterations of a loop.
   *
   * @param sums registers for sums that start at zero, which the first multiplication overwrites; the machine takes
   *     them as read all the same, so they are set once. None for others
   * @param left the descriptor of the first rows of this warpgroup, in the first stage; nothing where they are
   *     in registers
   * @param right the descriptor of the right operand, in the first stage
   * @param first whether to add to what sums are: a predicate
   * @param add true
   */
  private record Prepared(
      ImmutableList<Register> sums, Optional<Register> left, Register right, Register first, Register add) {}

  /** Whether an operation starts products of warpgroups. */
  static boolean isStart(Operation operation) {
    return operation.op() instanceof WarpgroupMma || operation.op() instanceof WarpgroupSparseMma;
  }

  /**
   * Computes what is the same in all iterations of a loop that comes next.
   *
   * @param a the left operand; null where it is not there yet, which are registers
   */
  void prepare(Operation operation, Optional<Tile> accumulators, Lowered a, Shared b) {
    TileType type = (TileType) operation.operand(0).type();
    Optional<Factor> left = left(operation, a);
    Factor right = right(operation, b);
    LinearLayout blocks = blocks(type, instruction(operation, left, right));
    Register add = code.register(imm(1), RegisterType.PRED);
    boolean startsAtZero = accumulators.isPresent() && accumulators.get().elements().stream().allMatch(ZERO::contains);
    prepared.put(operation, new Prepared(
        startsAtZero ? ImmutableList.copyOf(MmaCode.inPlace(code, accumulators.orElseThrow())) : ImmutableList.of(),
        left.map(factor -> descriptor(factor, code.add(((Shared) a).base(), groupOffset(factor, blocks)))),
        descriptor(right, b.base()), startsAtZero ? code.register(imm(0), RegisterType.PRED) : add, add));
  }

  /** The left operand where it is in shared memory. */
  private static Optional<Factor> left(Operation operation, Lowered a) {
    return a instanceof Shared shared
        ? Optional.of(Factor.of(shared, operation.op() instanceof WarpgroupMma mma ? mma.depthOfA() : 1))
        : Optional.empty();
  }

  private static Factor right(Operation operation, Shared b) {
    return Factor.of(b, operation.op() instanceof WarpgroupMma mma
        ? mma.depthOfB() : ((WarpgroupSparseMma) operation.op()).depthOfB());
  }

  private static WgmmaInstruction instruction(Operation operation, Optional<Factor> left, Factor right) {
    TileType type = (TileType) operation.operand(0).type();
    return new WgmmaInstruction(
        type.extents().get(1), MmaCode.keyword(format(operation.operand(1).type())),
        MmaCode.keyword(format(operation.operand(2).type())), MmaCode.keyword(type.format()),
        left.isPresent() && left.get().isTransposed(), right.isTransposed(), left.isEmpty());
  }

  private static NumberFormat format(Type operand) {
    return operand instanceof TileType tile ? tile.format() : ((SharedType) operand).format();
  }

  private static LinearLayout blocks(TileType type, WgmmaInstruction instruction) {
    return type.layout().divideLeft(instruction.layoutOfAccumulator())
        .orElseThrow(() -> new IllegalStateException(type + " is not made of " + instruction.layoutOfAccumulator()));
  }

  /**
   * Starts the products of a stage.
   *
   * @param a a {@link Shared} or a {@link Fragment}, of which each step of depth has words for all of its rows
   * @param metadata a register for each step of the depth; none where both operands are dense
   */
  Tile multiply(
      Operation operation, Tile accumulators, Lowered a, Shared b, Operand stage, List<? extends Operand> metadata) {
    if (!prepared.containsKey(operation)) {
      prepare(operation, Optional.of(accumulators), a, b);
    }
    Prepared ready = prepared.get(operation);
    Optional<Factor> left = left(operation, a);
    Factor right = right(operation, b);
    TileType type = accumulators.type();
    WgmmaInstruction instruction = instruction(operation, left, right);
    LinearLayout blocks = blocks(type, instruction);
    List<Register> registers = ready.sums().isEmpty() ? MmaCode.inPlace(code, accumulators) : ready.sums();
    Optional<Register> startOfA = left.map(factor -> inStage(ready.left().orElseThrow(), (Shared) a, stage));
    Register startOfB = inStage(ready.right(), b, stage);
    // Of a sparse left operand half is stored.
    int depth = right.layout().layout().outputSize(Dimension.tensor(right.depthAxis())) / (metadata.isEmpty() ? 1 : 2);
    int perBlock = instruction.accumulatorRegisters();
    int count = registers.size() / perBlock;
    ptx.wgmmaFence();
    for (int k = 0; k < depth; k += instruction.k()) {
      for (int block = 0; block < count; block++) {
        int row = WgmmaInstruction.ROWS * blocks.apply(Map.of(Dimension.REGISTER, block)).get(Dimension.tensor(0));
        Operand ofA = a instanceof Fragment fragment
            ? words(fragment, k / instruction.k() * count + block)
            : moved(startOfA.orElseThrow(), left.orElseThrow().offset(row, k));
        RegisterVector sums = RegisterVector.of(registers.subList(block * perBlock, (block + 1) * perBlock));
        Register add = k == 0 ? ready.first() : ready.add();
        if (metadata.isEmpty()) {
          ptx.wgmma(instruction, sums, ofA, moved(startOfB, right.offset(0, k)), add);
        } else {
          int word = block * depth / instruction.k() + k / instruction.k();
          ptx.wgmma(
              new SparseWgmmaInstruction(instruction), sums, ofA, moved(startOfB, right.offset(0, 2 * k)),
              (Register) metadata.get(word), add);
        }
      }
    }
    ptx.commitWgmma();
    return new Tile(type, ImmutableList.copyOf(registers));
  }

  private static RegisterVector words(Fragment fragment, int number) {
    int each = WgmmaInstruction.LEFT_REGISTERS;
    return RegisterVector.of(fragment.words().subList(number * each, (number + 1) * each));
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
    // Of a number that comes from lane 0 assemblers know that it is the same for the whole warp.
    Register warp = ptx.shuffleFrom(threads.warp(), imm(0));
    Register group = ptx.op("shr.u32", warp, imm(Integer.numberOfTrailingZeros(WARPS)));
    return code.mul(group, imm(each));
  }

  private static int offsetOfGroup(Factor left, LinearLayout blocks, int group) {
    int block = blocks.apply(Map.of(Dimension.WARP, group)).get(Dimension.tensor(0));
    return left.offset(WgmmaInstruction.ROWS * block, 0);
  }

  /** The descriptor of what starts there. */
  private Register descriptor(Factor factor, Operand start) {
    Register units = ptx.op("shr.u32", code.register(start), imm(UNIT_BITS));
    Register lower = ptx.op("or.b32", units, imm(factor.leadingWord()));
    return ptx.op("mov.b64", RegisterVector.of(lower, ptx.op("mov.b32", imm(factor.upperWord()))));
  }

  /** The descriptor of the same in another stage. Addresses are the lowest bits, and stay far from the next. */
  private Register inStage(Register descriptor, Shared shared, Operand stage) {
    return shared.type().stages() == 1 ? descriptor : ptx.op(
        "mad.wide.u32", code.register(stage), imm(shared.type().layout().bytes() >> UNIT_BITS), descriptor);
  }

  private Register moved(Register descriptor, int offset) {
    return offset == 0 ? descriptor : ptx.op("add.s64", descriptor, imm(offset >> UNIT_BITS));
  }
}
