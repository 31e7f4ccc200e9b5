package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import java.util.ArrayList;
import java.util.List;
import nibble.codegen.layout.Dimension;
import nibble.codegen.lower.Lowered.Map;
import nibble.codegen.lower.Lowered.Shared;
import nibble.codegen.ptx.Address;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterVector;
import nibble.codegen.ptx.TensorPlace;
import nibble.codegen.ptx.WarpOps;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.op.CopyTensor;
import nibble.codegen.tile.op.Pipeline;
import nibble.codegen.tile.op.SharedLoad;
import nibble.codegen.tile.op.WaitWarpgroupMma;
import nibble.ir.Block;
import nibble.ir.Operation;

/**
 * Stages of shared memory as a ring (PTX ISA 9.7.13.15): two mbarriers for each stage. One counts the bytes of its
 * copies, which one thread of a warp behind the others starts; the other counts the warps that are done with it. Phases
 * of both end once in each round, so the round tells their parity.
 */
final class RingCode {
  private static final int BARRIER_BYTES = 8;
  /** Warps that hand on registers do so together. */
  private static final int WARPGROUP = 4;
  /** Registers of a thread of warps that copy, where they give up others. */
  private static final int LEFT_REGISTERS = 40;

  private final Code code;
  private final KernelBuilder ptx;
  private final Threads threads;
  private final int stages;
  private final int warps;
  private final Register barriers;
  /** Whether this thread speaks for its warp. */
  private final Register speaks;
  private final Block fetch;
  private final Pipeline pipeline;
  /** Whether threads themselves read what was copied. */
  private final boolean loads;
  /** Whether products are waited for in the iteration behind theirs: nobody reads their sums before. */
  private final boolean overlaps;
  private boolean isConsuming;
  /** The stage that is filled, and whether its barrier knows how many bytes come in every round. */
  private Slot filled;
  private boolean isExpecting;

  /**
   * Makes the barriers.
   *
   * @param pipeline has a power of two of stages, so that the iteration tells stage and round by its bits
   * @param warps warps that use what is copied; the next one copies
   * @param maps addresses of the tensor maps
   */
  RingCode(
      Code code, Threads threads, SharedArena arena, Operation pipeline, int warps, List<Register> maps) {
    this.pipeline = (Pipeline) pipeline.op();
    this.stages = this.pipeline.stages();
    this.fetch = pipeline.regions().getFirst();
    Block use = pipeline.regions().get(1);
    this.loads = use.operations().stream().anyMatch(operation -> operation.op() instanceof SharedLoad);
    this.overlaps = use.operations().getLast().op() instanceof WaitWarpgroupMma
        && use.operations().getLast().results().equals(use.results());
    if (Integer.bitCount(stages) != 1) {
      throw new IllegalStateException("a ring of " + stages + " stages");
    }
    this.code = code;
    this.ptx = code.ptx();
    this.threads = threads;
    this.warps = warps;
    this.barriers = arena.allocate((2 * stages + 1) * BARRIER_BYTES);
    this.speaks = ptx.op("setp.eq.u32", threads.lane(), imm(0));
    Register isFirst = ptx.op("setp.eq.u32", ptx.op("or.b32", threads.warp(), threads.lane()), imm(0));
    ptx.ifThen(isFirst, () -> {
      maps.forEach(ptx::prefetchMap);
      for (int stage = 0; stage < stages; stage++) {
        ptx.initBarrier(Address.at(barriers, stage * BARRIER_BYTES), 1);
        ptx.initBarrier(Address.at(barriers, (stages + stage) * BARRIER_BYTES), warps);
      }
      if (overlaps) {
        // The first iteration frees a stage that does not exist.
        ptx.initBarrier(Address.at(barriers, 2 * stages * BARRIER_BYTES), warps);
      }
      ptx.fenceBarriers();
    });
    ptx.barrier();
  }

  /** How many warps stand behind the others for the copies, of which one starts them. */
  static int copyingWarps(Pipeline pipeline) {
    return pipeline.registers().isPresent() ? WARPGROUP : 1;
  }

  /**
   * A stage in a round.
   *
   * @param number of the stage
   * @param parity of the round
   * @param barrier address of the stage's first barrier
   */
  record Slot(Register number, Register parity, Register barrier) {}

  private Slot slot(Register iteration) {
    Register stage = ptx.op("and.b32", iteration, imm(stages - 1));
    code.bound(stage, stages - 1);
    Register round = ptx.op("shr.u32", iteration, imm(Integer.numberOfTrailingZeros(stages)));
    return new Slot(
        stage, ptx.op("and.b32", round, imm(1)), ptx.op("mad.lo.s32", stage, imm(BARRIER_BYTES), barriers));
  }

  private static Address full(Slot slot) {
    return Address.at(slot.barrier());
  }

  /** The second barrier of a stage. */
  private Address free(Register barrier) {
    return Address.at(barrier, stages * BARRIER_BYTES);
  }

  /** What happens in an iteration, given its number and its stage. */
  @FunctionalInterface
  interface Iteration {
    void emit(Register iteration, Slot slot);
  }

  /** Has one thread of the copying warps start the copies of all iterations; these warps do nothing else. */
  void produce(Operand count, Iteration copies) {
    // Of a number that comes from lane 0 assemblers know that it is the same for the whole warp.
    Register warp = ptx.shuffleFrom(threads.warp(), imm(0));
    boolean handsOn = pipeline.registers().isPresent();
    Operand all = pipeline.drains() ? code.add(count, imm(1)) : count;
    ptx.ifThen(ptx.op(handsOn ? "setp.ge.u32" : "setp.eq.u32", warp, imm(warps)), () -> {
      Register starts = speaks;
      if (handsOn) {
        ptx.dropRegisters(LEFT_REGISTERS);
        starts = ptx.op("and.pred", speaks, ptx.op("setp.eq.u32", warp, imm(warps)));
      }
      ptx.ifThen(starts, () -> ptx.forRange(imm(0), all, 1, iteration -> {
        ptx.keepRolled();
        Slot slot = slot(iteration);
        // A stage that nobody has used yet is free: its barrier is as if the phase before the first had ended.
        ptx.await(free(slot.barrier()), ptx.op("xor.b32", slot.parity(), imm(1)));
        filled = slot;
        isExpecting = false;
        copies.emit(iteration, slot);
      }));
      ptx.ret();
    });
    pipeline.registers().ifPresent(ptx::raiseRegisters);
  }

  /** Has the other warps wait for each stage's copies ahead of what they do with it, and free it. */
  void consume(Operand count, Iteration use) {
    Register held = ptx.op("add.s32", barriers, imm(stages * BARRIER_BYTES));
    isConsuming = true;
    ptx.forRange(imm(0), count, 1, iteration -> {
      ptx.keepRolled();
      Slot slot = slot(iteration);
      ptx.await(full(slot), slot.parity());
      use.emit(iteration, slot);
      if (loads) {
        // The other lanes have read what the next rounds overwrite.
        ptx.emit("bar.warp.sync", WarpOps.ALL_LANES);
      }
      ptx.when(speaks, () -> ptx.arrive(free(overlaps ? held : slot.barrier())));
      if (overlaps) {
        ptx.assign(held, slot.barrier());
      }
    });
    isConsuming = false;
    if (overlaps) {
      ptx.awaitWgmma(0);
    }
  }

  /** Has them wait for the copies of one iteration more, behind the last one. */
  void drain(Operand count, Iteration use) {
    Register last = code.register(count);
    Slot slot = slot(last);
    ptx.await(full(slot), slot.parity());
    use.emit(last, slot);
  }

  /**
   * How many groups of products a wait leaves under way: of those whose sums are needed by the next products alone,
   * one, so that tensor cores go on while the warps wait for the next stage.
   */
  int pendingProducts() {
    return isConsuming && overlaps ? 1 : 0;
  }

  private static int bytes(Operation copy) {
    return ((SharedType) copy.operand(1).type()).layout().bytes();
  }

  /**
   * Has the barrier of the stage that is filled wait for the bytes of a copy. The thread arrives with those that come
   * in every round, so that whatever comes under a guard must come first.
   */
  private void expect(Operation copy) {
    boolean isAlways = fetch.operations().contains(copy);
    if (!isAlways && isExpecting) {
      throw new IllegalStateException("a copy under a guard comes behind one without");
    }
    if (!isAlways) {
      ptx.expect(full(filled), imm(bytes(copy)));
    } else if (!isExpecting) {
      isExpecting = true;
      ptx.arriveExpecting(full(filled), imm(fetch.operations().stream()
          .filter(operation -> operation.op() instanceof CopyTensor).mapToInt(RingCode::bytes).sum()));
    }
  }

  /** Starts the copies of a tile to a stage of its shared memory. */
  void copy(Operation copy, Map map, Shared to, Operand stage, List<Operand> coordinates) {
    expect(copy);
    int columns = to.type().layout().layout().outputSize(Dimension.tensor(1));
    int width = map.map().box().getFirst();
    int panels = columns / width;
    Operand start = code.add(to.base(), code.mul(stage, imm(to.type().layout().bytes())));
    for (int panel = 0; panel < panels; panel++) {
      List<Register> at = new ArrayList<>(coordinates.stream().map(code::register).toList());
      at.set(0, code.register(code.add(coordinates.getFirst(), imm(panel * width))));
      Register target = code.register(code.add(start, imm(panel * (to.type().layout().bytes() / panels))));
      ptx.copyBox(
          Address.at(target), new TensorPlace(map.address(), RegisterVector.of(at)), full(filled));
    }
  }
}
