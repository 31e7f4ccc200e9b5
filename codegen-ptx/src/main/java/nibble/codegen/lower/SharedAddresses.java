package nibble.codegen.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.layout.AddressPlan;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LdmatrixPlan;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.SharedLayout;
import nibble.codegen.layout.VectorAccess;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterVector;
import nibble.codegen.tile.op.SharedLoad;

/**
 * Address registers of the accesses to one shared allocation, computed once, where it is allocated: ahead of the loops
 * that use them.
 */
final class SharedAddresses {
  private static final int MAX_BYTES = 16;
  private static final int ROW_BYTES = 128;

  /**
   * A way to access the whole tile.
   *
   * @param matrices how {@code ldmatrix} does it, if it does
   * @param groups registers of each instruction, lowest address first: of 32 bits for {@code ldmatrix}, of elements
   *     else
   * @param plan which base register and immediate an instruction's first register has
   * @param bases the base registers, for stage 0
   */
  record Way(
      LinearLayout layout, Optional<LdmatrixPlan> matrices, ImmutableList<ImmutableIntArray> groups, AddressPlan plan,
      RegisterVector bases) {}

  private final SharedLayout shared;
  private final Register start;
  private final Threads threads;
  private final Map<LinearLayout, Way> ways = new HashMap<>();

  SharedAddresses(SharedLayout shared, Register start, Threads threads) {
    this.shared = shared;
    this.start = start;
    this.threads = threads;
  }

  /** The vector accesses of a tile that is spread like that. */
  Way vectors(LinearLayout distributed, KernelBuilder ptx) {
    return ways.computeIfAbsent(distributed, layout -> vectorWay(layout, ptx));
  }

  /** The accesses that load the fragments of the whole tile, of which each load takes a part. */
  Way fragments(SharedLoad load, KernelBuilder ptx) {
    return ways.computeIfAbsent(whole(load), layout -> fragmentWay(layout, ptx));
  }

  /** The accesses that load the first block of columns; others differ from it in bits that {@link #blockUnit} tells. */
  Way block(SharedLoad load, KernelBuilder ptx) {
    return vectors(LinearLayout.of(inShared(load).bases(), shared.layout().outputs()), ptx);
  }

  /**
   * The byte offset of the second block of columns. Those of the others are its multiples, within a row of all banks,
   * and no access has any of their bits but from what threads know: an exclusive or leads from the first to any other.
   */
  int blockUnit(SharedLoad load, Way first) {
    int columns = load.result().extents().get(load.axes().indexOf(load.axes().size() - 1));
    int all = shared.layout().outputs().getLast().size();
    int unit = shared.address(0, columns);
    int mask = (all / columns - 1) * unit;
    for (int block = 0; block < all / columns; block++) {
      if (shared.address(0, block * columns) != block * unit) {
        throw new IllegalStateException(
            "blocks of " + columns + " columns are not at equal distances in " + shared.layout());
      }
    }
    boolean apart = first.plan().immediateOf().stream().allMatch(immediate -> (immediate & mask) == 0);
    if (mask >= ROW_BYTES || !apart) {
      throw new IllegalStateException("blocks of " + columns + " columns lie across others in " + shared.layout());
    }
    return unit;
  }

  /** The layout of the fragments of the whole tile, in the axes of shared memory. */
  LinearLayout whole(SharedLoad load) {
    int[] extents = shared.layout().outputs().stream().mapToInt(Dimension::size).toArray();
    return inShared(load).cover(extents);
  }

  private static LinearLayout inShared(SharedLoad load) {
    int[] permutation = new int[load.axes().size()];
    for (int axis = 0; axis < permutation.length; axis++) {
      permutation[load.axes().get(axis)] = axis;
    }
    return load.result().layout().transpose(permutation);
  }

  /** The first register of the part that a load takes: the one whose element is at the load's start. */
  int firstRegister(SharedLoad load) {
    LinearLayout whole = whole(load);
    int[] start = new int[load.axes().size()];
    for (int axis = 0; axis < start.length; axis++) {
      start[load.axes().get(axis)] = load.start().get(axis);
    }
    for (int register = 0; register < whole.inputSize(Dimension.REGISTER); register += load.result().registers()) {
      var at = whole.apply(Map.of(Dimension.REGISTER, register));
      boolean matches = true;
      for (int axis = 0; axis < start.length; axis++) {
        matches &= at.get(Dimension.tensor(axis)) == start[axis];
      }
      if (matches) {
        return register;
      }
    }
    throw new IllegalStateException("no register of " + whole + " is at " + load.start());
  }

  private Way fragmentWay(LinearLayout layout, KernelBuilder ptx) {
    Optional<LdmatrixPlan> matrices = LdmatrixPlan.find(layout, shared);
    if (matrices.isEmpty()) {
      return vectorWay(layout, ptx);
    }
    AddressPlan plan = AddressPlan.of(matrices.get().addresses(), LdmatrixPlan.INSTRUCTION);
    return new Way(layout, matrices, matrices.get().registers(), plan, bases(plan, ptx));
  }

  private Way vectorWay(LinearLayout layout, KernelBuilder ptx) {
    VectorAccess access = VectorAccess.of(layout, shared.layout(), shared.elementBits(), MAX_BYTES);
    AddressPlan plan = AddressPlan.of(shared.addresses(layout), Dimension.REGISTER);
    return new Way(layout, Optional.empty(), access.groups(), plan, bases(plan, ptx));
  }

  private RegisterVector bases(AddressPlan plan, KernelBuilder ptx) {
    return ptx.addressRegisters(plan, start, threads.byName());
  }
}
