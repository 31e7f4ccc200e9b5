package nibble.emulator.operation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.Warp;
import nibble.emulator.lane.Lanes;
import nibble.emulator.memory.Addresses;
import nibble.emulator.memory.Space;
import nibble.emulator.tensor.MatrixDescriptor;
import nibble.emulator.tensor.TensorScratch;
import nibble.emulator.tensor.WarpgroupMultiplication;

/**
 * {@code wgmma}: four warps multiply together, each 16 rows. A warp reads its factors and writes its sums when it comes to the
 * instruction, as it may by the time that a group of them is waited for; so fences, commits and waits have nothing to do.
 */
public final class WarpgroupMatrices {
  private static final int WARPS = 4;

  private WarpgroupMatrices() {}

  /** {@code d = a * b + d} with {@code a} in registers, {@code b} in memory; predicate {@code adds} says whether it adds. */
  public static void multiply(Warp w, int m, int plan, int d, int a, int b, int metadata, int adds, int site) {
    if (isExecuted(w, m, site)) {
      WarpgroupMultiplication it = (WarpgroupMultiplication) w.plans[plan];
      it.loadLeft(w.words, w.lists[a], w.block.tensorScratch());
      multiplyBy(w, it, d, b, metadata, adds, site);
    }
  }

  /** {@link #multiply} with both factors in memory; {@code a} is a register of 64 bits. */
  public static void multiplyShared(Warp w, int m, int plan, int d, int a, int b, int metadata, int adds, int site) {
    if (isExecuted(w, m, site)) {
      WarpgroupMultiplication it = (WarpgroupMultiplication) w.plans[plan];
      it.loadLeft(memory(w, site), descriptor(w, a, site), w.index % WARPS, w.block.tensorScratch());
      multiplyBy(w, it, d, b, metadata, adds, site);
    }
  }

  private static void multiplyBy(
      Warp w, WarpgroupMultiplication it, int d, int b, int metadata, int adds, int site) {
    Matrices.requireLegal(w, it.illegalLane(w.words, metadata), site);
    int lanes = w.predicates[adds];
    if (lanes != 0 && lanes != -1) {
      throw w.fault(
          KernelFault.Kind.DIVERGENT_LANES, site, Integer.numberOfTrailingZeros(~lanes),
          String.format("all 32 lanes must have one predicate here; only lanes 0x%08x have it set", lanes));
    }
    TensorScratch scratch = w.block.tensorScratch();
    it.loadMetadata(w.words, metadata, scratch);
    MatrixDescriptor place = descriptor(w, b, site);
    WarpgroupMultiplication.Memory memory = memory(w, site);
    for (int tile = 0; tile < it.tiles(); tile++) {
      it.multiply(w.words, w.lists[d], tile, lanes != 0, memory, place, scratch);
    }
  }

  private static boolean isExecuted(Warp w, int m, int site) {
    boolean isExecuted = Matrices.isExecuted(w, m, site);
    int whole = w.block.launch().threads() / (WARPS * Lanes.WARP) * WARPS;
    if (isExecuted && w.index >= whole) {
      throw w.fault(
          KernelFault.Kind.DIVERGENT_LANES, site, 0, "four warps must execute this together; this one's group has fewer");
    }
    return isExecuted;
  }

  private static MatrixDescriptor descriptor(Warp w, int register, int site) {
    long code = w.longs[register];
    for (int lane = 1; lane < Lanes.WARP; lane++) {
      if (w.longs[register + lane] != code) {
        throw w.fault(
            KernelFault.Kind.BAD_DESCRIPTOR, site, lane,
            "all 32 lanes must have one matrix descriptor: " + Addresses.hex(w.longs[register + lane])
                + " is not lane 0's " + Addresses.hex(code));
      }
    }
    return MatrixDescriptor.of(code);
  }

  private static WarpgroupMultiplication.Memory memory(Warp w, int site) {
    MemorySegment shared = w.block.shared();
    return (address, to, at) -> {
      if (address < 0 || address + MatrixDescriptor.CHUNK > shared.byteSize()) {
        throw w.fault(
            KernelFault.Kind.OUT_OF_BOUNDS, site, 0,
            "out of bounds: the matrix descriptor leads to shared address " + Addresses.hex(address) + " of "
                + shared.byteSize() + " bytes");
      }
      tell(w, address, site);
      MemorySegment.copy(shared, ValueLayout.JAVA_BYTE, address, to, at, MatrixDescriptor.CHUNK);
    };
  }

  /** Tells the observer of a chunk that is read, as if the first lane did it. */
  private static void tell(Warp w, int address, int site) {
    if (w.block.observer() != Observer.BlockObserver.NONE) {
      long[] place = new long[Lanes.WARP];
      place[0] = address;
      w.resolver.resolve(1, Space.SHARED, place, MatrixDescriptor.CHUNK, site, false);
      w.block.observer().read(w, 1, w.resolver, MatrixDescriptor.CHUNK, site);
    }
  }
}
