package nibble.codegen.ptx;

import static nibble.codegen.layout.Dimension.LANE;
import static nibble.codegen.layout.Dimension.OFFSET;
import static nibble.codegen.layout.Dimension.REGISTER;
import static nibble.codegen.layout.Dimension.WARP;
import static nibble.codegen.layout.LinearLayout.broadcast;
import static nibble.codegen.layout.LinearLayout.identity;
import static nibble.codegen.ptx.Address.at;
import static nibble.codegen.ptx.Immediate.imm;
import static nibble.codegen.ptx.PtxType.B32;
import static nibble.codegen.ptx.PtxType.S32;
import static nibble.codegen.ptx.PtxType.S64;
import static nibble.codegen.ptx.PtxType.U32;

import com.google.common.primitives.ImmutableIntArray;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import nibble.codegen.layout.AddressPlan;
import nibble.codegen.layout.BlockedLayout;
import nibble.codegen.layout.ChooseSwizzle;
import nibble.codegen.layout.LdmatrixPlan;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.SharedAccess;
import nibble.codegen.layout.SharedLayout;
import nibble.codegen.layout.VectorAccess;

/**
 * {@code C = A * B^T} of s8, A of m x k and B of n x k bytes, C of m x n s32, all row by row; m and n multiples of 128,
 * k of 64. A block computes 128 x 128 with four warps of 64 x 64; {@code cp.async} fills three stages, and the loop is
 * unrolled by the stages, so that all stage offsets are immediates.
 */
final class S8Gemm {
  private static final int TILE = 128;
  private static final int DEPTH = 64;
  private static final int STAGES = 3;
  private static final int TILE_BYTES = TILE * DEPTH;
  private static final int WARP_TILE = 64;
  private static final String STAGE = "stage";
  private static final MmaInstruction MMA = MmaInstruction.of("s8", "s8", "s32");

  private final KernelBuilder code = KernelBuilder.named("gemm_s8").threads(128);
  private final Parameter n = code.scalar("n", S32);
  private final Parameter k = code.scalar("k", S32);
  private final Register thread = code.special(SpecialRegister.TID_X);
  private final Map<String, Register> here =
      Map.of(LANE, code.and(thread, 31), WARP, code.shr(U32, thread, 5));
  private final Register depth = code.load(k);

  /** One operand's way from global memory to fragments. */
  private final class Loader {
    private final LinearLayout copies =
        BlockedLayout.of(new int[] {1, 16}, new int[] {8, 4}, new int[] {4, 1}, 1, 0).toLayout(TILE, DEPTH);
    private final SharedLayout tile;
    private final VectorAccess vectors;
    private final AddressPlan stores;
    private final RegisterVector storeAddresses;
    private final LdmatrixPlan matrices;
    private final AddressPlan loads;
    private final RegisterVector loadAddresses;
    private final List<Register> sources;

    Loader(String name, LinearLayout fragment, SpecialRegister block, Register shared) {
      SharedAccess write = SharedAccess.vector(copies, ImmutableIntArray.of(0, 1, 2, 3), 8);
      tile = ChooseSwizzle.forAccesses(write, SharedAccess.ldmatrix(fragment, 4, 8));
      vectors = VectorAccess.of(copies, tile.layout(), 8, 16);
      LinearLayout stages = identity(STAGE, 4, OFFSET);
      stores = AddressPlan.of(tile.addresses(copies).times(stages), STAGE, REGISTER);
      storeAddresses = code.addressRegisters(stores, shared, here);
      matrices = LdmatrixPlan.find(fragment, tile).orElseThrow();
      loads = AddressPlan.of(matrices.addresses().times(stages), STAGE, LdmatrixPlan.INSTRUCTION);
      loadAddresses = code.addressRegisters(loads, shared, here);
      Register start = code.load(code.pointer(name, 16));
      sources = vectors.groups().stream().map(group -> source(start, block, group.get(0))).toList();
    }

    private Register source(Register start, SpecialRegister block, int register) {
      int[] offset = copies.apply(register, 0, 0);
      Register row = code.linear(copies.sublayout(Set.of(LANE, WARP), Set.of("dim0")), here);
      Register column = code.linear(copies.sublayout(Set.of(LANE, WARP), Set.of("dim1")), here);
      Register blockRow = code.mad(S32, code.special(block), imm(TILE), code.add(S32, row, offset[0]));
      Register bytes = code.madWide(S32, blockRow, depth, start);
      return code.variable(S64, code.add(S64, bytes, code.op("cvt.u64.u32", column)));
    }

    /** Copies the tile that is {@code ahead} k-steps further than the pointers. */
    void copy(int stage, int ahead) {
      for (int i = 0; i < sources.size(); i++) {
        Address shared = code.address(stores, storeAddresses, stage, vectors.groups().get(i).get(0));
        code.copyAsync(shared, at(sources.get(i), ahead * DEPTH), 16);
      }
    }

    void advance(int tiles) {
      sources.forEach(source -> code.emit("add.s64", source, source, imm(tiles * DEPTH)));
    }

    /** The 32-bit registers of the fragment for all instructions of one k-step, the k-step in the top register bit. */
    RegisterVector load(int stage, int step) {
      int perStep = matrices.instructions() / 2;
      return IntStream.range(step * perStep, (step + 1) * perStep)
          .mapToObj(i -> code.address(loads, loadAddresses, stage, i))
          .map(address -> code.ldmatrix(matrices.matrices(), matrices.transposed(), address))
          .reduce(RegisterVector::concat).orElseThrow();
    }
  }

  static Kernel kernel() {
    return new S8Gemm().build();
  }

  private Kernel build() {
    SharedVariable tiles = code.dynamicShared("tiles", 128);
    Register shared = code.addressOf(tiles);
    LinearLayout stepInTop = identity(REGISTER, DEPTH / MMA.k(), "dim1");
    LinearLayout fragmentA = MMA.layoutOfA()
        .times(identity(REGISTER, WARP_TILE / 16, "dim0")).times(stepInTop)
        .times(identity(WARP, 2, "dim0")).times(broadcast(WARP, 2));
    LinearLayout fragmentB = MMA.layoutOfB().transpose(1, 0)
        .times(identity(REGISTER, WARP_TILE / 8, "dim0")).times(stepInTop)
        .times(broadcast(WARP, 2)).times(identity(WARP, 2, "dim0"));
    Loader a = new Loader("a", fragmentA, SpecialRegister.CTAID_Y, shared);
    Loader b = new Loader("b", fragmentB, SpecialRegister.CTAID_X, code.add(S32, shared, 4 * TILE_BYTES));
    RegisterVector sums = code.zeroAccumulators(MMA, WARP_TILE / 16 * WARP_TILE / 8);

    Register remaining = code.variable(S32, code.shr(U32, depth, 6));
    for (int stage = 0; stage < STAGES - 1; stage++) {
      copyIfWithin(a, b, remaining, stage, stage);
    }
    Label exit = code.label("done");
    code.doWhile(() -> {
      for (int stage = 0; stage < STAGES; stage++) {
        code.awaitCopies(STAGES - 2);
        code.barrier();
        copyIfWithin(a, b, remaining, (stage + STAGES - 1) % STAGES, stage + STAGES - 1);
        for (int step = 0; step < DEPTH / MMA.k(); step++) {
          multiply(sums, a.load(stage, step), b.load(stage, step));
        }
        if (stage < STAGES - 1) {
          code.jumpIfUniform(code.setp("le", S32, remaining, stage + 1), exit);
        }
      }
      a.advance(STAGES);
      b.advance(STAGES);
      code.emit("sub.s32", remaining, remaining, imm(STAGES));
      return code.setp("gt", S32, remaining, 0);
    });
    code.mark(exit);
    store(sums);
    return code.build();
  }

  private void copyIfWithin(Loader a, Loader b, Register remaining, int stage, int ahead) {
    code.when(code.setp("gt", S32, remaining, ahead), () -> {
      a.copy(stage, ahead);
      b.copy(stage, ahead);
    });
    code.commitCopies();
  }

  private void multiply(RegisterVector sums, RegisterVector a, RegisterVector b) {
    for (int row = 0; row < WARP_TILE / 16; row++) {
      for (int column = 0; column < WARP_TILE / 8; column++) {
        RegisterVector sum = sums.slice(4 * (row * WARP_TILE / 8 + column), 4);
        code.mma(MMA, sum, a.slice(4 * row, 4), b.slice(2 * column, 2));
      }
    }
  }

  private void store(RegisterVector sums) {
    LinearLayout held = MMA.layoutOfAccumulator()
        .times(identity(REGISTER, WARP_TILE / 8, "dim1")).times(identity(REGISTER, WARP_TILE / 16, "dim0"))
        .times(identity(WARP, 2, "dim0")).times(identity(WARP, 2, "dim1"));
    Register columns = code.load(n);
    Register c = code.load(code.pointer("c", 16));
    Register row = code.linear(held.sublayout(Set.of(LANE, WARP), Set.of("dim0")), here);
    Register column = code.linear(held.sublayout(Set.of(LANE, WARP), Set.of("dim1")), here);
    Register firstRow = code.mad(S32, code.special(SpecialRegister.CTAID_Y), imm(TILE), row);
    Register firstColumn = code.mad(S32, code.special(SpecialRegister.CTAID_X), imm(TILE), column);
    for (int register = 0; register < sums.size(); register += 2) {
      int[] offset = held.apply(register, 0, 0);
      Register rowStart = code.mad(S32, code.add(S32, firstRow, offset[0]), columns, firstColumn);
      Register address = code.madWide(S32, rowStart, imm(4), c);
      code.storeGlobal(B32, at(address, 4 * offset[1]), sums.slice(register, 2));
    }
  }
}
