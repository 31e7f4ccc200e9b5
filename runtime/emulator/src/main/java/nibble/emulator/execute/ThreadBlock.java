package nibble.emulator.execute;

import static nibble.emulator.lane.Lanes.WARP;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import nibble.emulator.KernelFault;
import nibble.emulator.code.Code;
import nibble.emulator.code.SpecialRegister;
import nibble.emulator.memory.Placed;
import nibble.emulator.memory.PrivateMemory;
import nibble.emulator.memory.Space;
import nibble.emulator.tensor.TensorScratch;

/** A block of threads: its warps, its shared memory, its barriers. A worker uses one object for block after block. */
public final class ThreadBlock {
  /** Shared memory starts filled with this: as floating point it is no number, so reading it unwritten shows. */
  private static final byte POISON = -1;

  private final Launch launch;
  private final LongSupplier clock;
  private final Warp[] warps;
  private final Barrier[] barriers = new Barrier[16];
  private final ClusterBarrier clusterBarrier;
  private final PhaseWaits phaseWaits = new PhaseWaits();
  private final Transactions transactions = new Transactions(phaseWaits);
  private final LongSupplier nextBlock;
  private final MemorySegment shared;
  private final MemorySegment[] locals;
  private final TensorScratch tensorScratch;
  private final List<String> output = new ArrayList<>();
  private Observer.BlockObserver observer = Observer.BlockObserver.NONE;
  private KernelFault.Index index = new KernelFault.Index(0, 0, 0);
  private long number;
  private int liveThreads;

  /**
   * Memory and warps for block after block.
   *
   * @param tensorScratch what all blocks of the worker have for matrix instructions
   * @param nextBlock takes the grid's next block that has not started
   */
  ThreadBlock(
      Launch launch, Arena arena, TensorScratch tensorScratch, Profile profile, LongSupplier clock,
      LongSupplier nextBlock) {
    this.launch = launch;
    this.tensorScratch = tensorScratch;
    this.clock = clock;
    this.nextBlock = nextBlock;
    clusterBarrier = new ClusterBarrier(this, launch.threads());
    Code code = launch.code();
    shared = arena.allocate(launch.sharedBytes(), 1024);
    locals = new MemorySegment[launch.warps()];
    warps = new Warp[launch.warps()];
    for (int i = 0; i < warps.length; i++) {
      locals[i] = arena.allocate((long) code.localBytes() * WARP, 16);
      warps[i] = new Warp(this, i, code, profile);
    }
    for (int i = 0; i < barriers.length; i++) {
      barriers[i] = new Barrier(this, i);
    }
  }

  /** Prepares the block of this number. */
  void start(long block) {
    number = block;
    index = index(block);
    shared.fill(POISON);
    output.clear();
    liveThreads = launch.threads();
    for (Barrier barrier : barriers) {
      barrier.clear();
    }
    clusterBarrier.clear();
    phaseWaits.clear();
    transactions.clear();
    for (Warp warp : warps) {
      warp.start(Math.min(WARP, launch.threads() - warp.index * WARP));
    }
    observer = launch.observer().map(it -> it.forBlock(this)).orElse(Observer.BlockObserver.NONE);
  }

  public Launch launch() {
    return launch;
  }

  /** The byte that a {@code cp.async} under way will write to an offset of shared memory; -1 where none will. */
  public int underWay(long offset) {
    int found = -1;
    for (Warp warp : warps) {
      found = found < 0 ? warp.asyncCopies.underWay(offset) : found;
    }
    return found;
  }

  Warp[] warps() {
    return warps;
  }

  /** What watches the block. */
  public Observer.BlockObserver observer() {
    return observer;
  }

  /** The block's shared memory. */
  public MemorySegment shared() {
    return shared;
  }

  /** The local memory of a warp's threads, one behind the other. */
  public MemorySegment local(int warp) {
    return locals[warp];
  }

  /** Memory for a matrix instruction while it is computed. */
  public TensorScratch tensorScratch() {
    return tensorScratch;
  }

  /** A time in nanoseconds, of a clock that only goes forward. */
  public long time() {
    return clock.getAsLong();
  }

  /** Number of the block in the grid, x quickest. */
  public long number() {
    return number;
  }

  /** Place of the block in the grid. */
  public KernelFault.Index index() {
    return index;
  }

  /** Place of a thread in the block. */
  public KernelFault.Index thread(int thread) {
    int[] shape = launch.shape();
    return new KernelFault.Index(
        thread % shape[0], thread / shape[0] % shape[1], thread / shape[0] / shape[1]);
  }

  /** A barrier of the block. */
  public Barrier barrier(int id) {
    return barriers[id];
  }

  /** The barrier of the block's cluster, which is the block alone. */
  public ClusterBarrier clusterBarrier() {
    return clusterBarrier;
  }

  /** Paths that wait for phases of mbarriers. */
  public PhaseWaits phaseWaits() {
    return phaseWaits;
  }

  /** What asynchronous instructions have still to do. */
  public Transactions transactions() {
    return transactions;
  }

  Barrier[] barriers() {
    return barriers;
  }

  /** All that wait at barriers of any kind. */
  List<BarrierWait> waiting() {
    List<BarrierWait> waiting = new ArrayList<>();
    for (Barrier barrier : barriers) {
      waiting.addAll(barrier.waiting());
    }
    waiting.addAll(clusterBarrier.waiting());
    waiting.addAll(phaseWaits.waiting());
    return waiting;
  }

  /** Takes the grid's next block that has not started, so that this one can do its work; -1 if there is none. */
  public long takeBlock() {
    long taken = nextBlock.getAsLong();
    return taken < launch.blocks() ? taken : -1;
  }

  /** Place in the grid of the block of a number. */
  public KernelFault.Index index(long block) {
    int[] grid = launch.grid();
    return new KernelFault.Index(
        (int) (block % grid[0]), (int) (block / grid[0] % grid[1]), (int) (block / grid[0] / grid[1]));
  }

  /** Threads that have not exited. */
  public int liveThreads() {
    return liveThreads;
  }

  /** Threads have exited; barriers no longer wait for them. */
  void exit(int threads) {
    liveThreads -= threads;
    for (Barrier barrier : barriers) {
      barrier.completeIfAllArrived();
    }
    clusterBarrier.completeIfAllArrived();
  }

  /** Adds text that the kernel printed. */
  public void print(String text) {
    output.add(text);
  }

  List<String> output() {
    return output;
  }

  /** The memories that warp's threads see alone. */
  PrivateMemory memories(int warp) {
    return new PrivateMemory() {
      @Override
      public long size(int space) {
        return switch (space) {
          case Space.SHARED -> shared.byteSize();
          case Space.LOCAL -> launch.code().localBytes();
          default -> launch.parameters().byteSize();
        };
      }

      @Override
      public MemorySegment segment(int space) {
        return switch (space) {
          case Space.SHARED -> shared;
          case Space.LOCAL -> locals[warp];
          default -> launch.parameters();
        };
      }

      @Override
      public String describe(int space, long offset) {
        return switch (space) {
          case Space.SHARED -> describeShared();
          case Space.LOCAL -> "the thread's local memory of " + size(space) + " bytes";
          default -> "the kernel's parameters of " + size(space) + " bytes";
        };
      }
    };
  }

  /** What is at an offset of shared memory. */
  public String nameShared(long offset) {
    for (Placed variable : launch.code().sharedVariables()) {
      if (offset >= variable.offset() && offset < variable.offset() + variable.bytes()) {
        return "'" + variable.name() + "' of " + variable.bytes() + " bytes, byte " + (offset - variable.offset());
      }
    }
    int base = launch.code().dynamicBase();
    return offset >= base && offset < base + launch.dynamicShared()
        ? "dynamic shared memory of " + launch.dynamicShared() + " bytes, byte " + (offset - base)
        : describeShared();
  }

  private String describeShared() {
    return "the block's shared memory of "
        + shared.byteSize()
        + " bytes ("
        + launch.code().sharedBytes()
        + " static, "
        + launch.dynamicShared()
        + " dynamic)";
  }

  /** A special register's value. */
  long special(SpecialRegister register, Warp warp, int lane) {
    int thread = warp.index * WARP + lane;
    int[] shape = launch.shape();
    int[] grid = launch.grid();
    return switch (register) {
      case TID_X -> thread % shape[0];
      case TID_Y -> thread / shape[0] % shape[1];
      case TID_Z -> thread / shape[0] / shape[1];
      case NTID_X -> shape[0];
      case NTID_Y -> shape[1];
      case NTID_Z -> shape[2];
      case CTAID_X -> index.x();
      case CTAID_Y -> index.y();
      case CTAID_Z -> index.z();
      case NCTAID_X -> grid[0];
      case NCTAID_Y -> grid[1];
      case NCTAID_Z -> grid[2];
      case LANEID -> lane;
      case WARPID -> warp.index;
      case NWARPID -> warps.length;
      case SMID -> 0;
      case NSMID -> 1;
      case LANEMASK_EQ -> 1 << lane;
      case LANEMASK_LE -> (2 << lane) - 1;
      case LANEMASK_LT -> (1 << lane) - 1;
      case LANEMASK_GE -> -1 << lane;
      case LANEMASK_GT -> -2 << lane;
      // Every block is a cluster of its own.
      case CLUSTERID_X -> index.x();
      case CLUSTERID_Y -> index.y();
      case CLUSTERID_Z -> index.z();
      case NCLUSTERID_X -> grid[0];
      case NCLUSTERID_Y -> grid[1];
      case NCLUSTERID_Z -> grid[2];
      case CLUSTER_CTAID_X, CLUSTER_CTAID_Y, CLUSTER_CTAID_Z, CLUSTER_CTARANK -> 0;
      case CLUSTER_NCTAID_X, CLUSTER_NCTAID_Y, CLUSTER_NCTAID_Z, CLUSTER_NCTARANK -> 1;
      case DYNAMIC_SMEM_SIZE -> launch.dynamicShared();
      case TOTAL_SMEM_SIZE -> launch.ownSharedBytes();
      case AGGR_SMEM_SIZE -> shared.byteSize();
      case RESERVED_SMEM_OFFSET_BEGIN, RESERVED_SMEM_OFFSET_0 -> launch.reservedStart();
      case RESERVED_SMEM_OFFSET_1 -> launch.reservedStart() + Launch.RESERVED_PART;
      case RESERVED_SMEM_OFFSET_END -> launch.reservedStart() + Launch.RESERVED_SHARED_BYTES;
      case RESERVED_SMEM_OFFSET_CAP -> Launch.RESERVED_SHARED_BYTES;
      case GRIDID -> 1;
    };
  }
}
