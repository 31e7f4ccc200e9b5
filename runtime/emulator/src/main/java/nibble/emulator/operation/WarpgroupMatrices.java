package nibble.emulator.operation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
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
 * {@code wgmma}: four warps multiply together, each 16 rows. A warp reads its factors and writes its sums when it comes
 * to the instruction, as it may by the time that a group of them is waited for; so commits and waits only tell the
 * observer.
 */
public final class WarpgroupMatrices {
  private static final int WARPS = 4;

  private WarpgroupMatrices() {}

  /**
   * {@code d = a * b + d} with {@code a} in registers, {@code b} in memory; predicate {@code adds} says whether it
   * adds.
   */
  public static void multiply(Warp w, int m, int plan, int d, int a, int b, int metadata, int adds, int site) {
    if (isExecuted(w, m, site)) {
      WarpgroupMultiplication it = (WarpgroupMultiplication) w.plans[plan];
      it.loadLeft(w.words, w.lists[a], w.block.tensorScratch());
      Reads reads = new Reads(w, site);
      multiplyBy(w, it, d, b, metadata, adds, reads, site);
      reads.tell();
    }
  }

  /** {@link #multiply} with both factors in memory; {@code a} is a register of 64 bits. */
  public static void multiplyShared(Warp w, int m, int plan, int d, int a, int b, int metadata, int adds, int site) {
    if (isExecuted(w, m, site)) {
      WarpgroupMultiplication it = (WarpgroupMultiplication) w.plans[plan];
      Reads reads = new Reads(w, site);
      it.loadLeft(reads, descriptor(w, a, site), w.index % WARPS, w.block.tensorScratch());
      multiplyBy(w, it, d, b, metadata, adds, reads, site);
      reads.tell();
    }
  }

  private static void multiplyBy(
      Warp w, WarpgroupMultiplication it, int d, int b, int metadata, int adds, Reads reads, int site) {
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
    for (int tile = 0; tile < it.tiles(); tile++) {
      it.multiply(w.words, w.lists[d], tile, lanes != 0, reads, place, scratch);
    }
  }

  private static boolean isExecuted(Warp w, int m, int site) {
    boolean isExecuted = Matrices.isExecuted(w, m, site);
    int whole = w.block.launch().threads() / (WARPS * Lanes.WARP) * WARPS;
    if (isExecuted && w.index >= whole) {
      throw w.fault(
          KernelFault.Kind.DIVERGENT_LANES, site, 0,
          "four warps must execute this together; this one's group has fewer");
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

  /** {@code wgmma.fence}: what a warp does here it does in the order of its program. */
  public static void fence(Warp w, int m) {}

  /** {@code wgmma.commit_group}. */
  public static void commit(Warp w, int m) {
    if (m != 0) {
      w.block.observer().matricesCommitted(w);
    }
  }

  /** {@code wgmma.wait_group}: until at most {@code pending} groups are under way. */
  public static void await(Warp w, int m, int pending) {
    if (m != 0) {
      w.block.observer().matricesAwaited(w, pending);
    }
  }

  /** What one instruction reads of shared memory. The observer is told of each chunk as if the first lane read it. */
  private static final class Reads implements WarpgroupMultiplication.Memory {
    private final Warp w;
    private final int site;
    private final MemorySegment shared;
    private final boolean isWatched;
    private final BitSet chunks = new BitSet();

    Reads(Warp w, int site) {
      this.w = w;
      this.site = site;
      this.shared = w.block.shared();
      this.isWatched = w.block.observer() != Observer.BlockObserver.NONE;
    }

    @Override
    public void read(int address, byte[] to, int at) {
      if (address < 0 || address + MatrixDescriptor.CHUNK > shared.byteSize()) {
        throw w.fault(
            KernelFault.Kind.OUT_OF_BOUNDS, site, 0,
            "out of bounds: the matrix descriptor leads to shared address " + Addresses.hex(address) + " of "
                + shared.byteSize() + " bytes");
      }
      if (isWatched) {
        long[] place = new long[Lanes.WARP];
        place[0] = address;
        w.resolver.resolve(1, Space.SHARED, place, MatrixDescriptor.CHUNK, site, false);
        w.block.observer().read(w, 1, w.resolver, MatrixDescriptor.CHUNK, site);
        chunks.set(address / MatrixDescriptor.CHUNK);
      }
      MemorySegment.copy(shared, ValueLayout.JAVA_BYTE, address, to, at, MatrixDescriptor.CHUNK);
    }

    void tell() {
      if (isWatched) {
        w.block.observer().matricesIssued(w, chunks, site);
      }
    }
  }
}
