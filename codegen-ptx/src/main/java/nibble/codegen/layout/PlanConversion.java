package nibble.codegen.layout;

import static com.google.common.base.Preconditions.checkArgument;
import static nibble.codegen.layout.Dimension.LANE;
import static nibble.codegen.layout.Dimension.REGISTER;
import static nibble.codegen.layout.Dimension.WARP;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the cheapest way between two register layouts of one tensor: {@code source.relativeTo} read backwards says for
 * each (register, lane, warp) of the destination where its element is in the source, and the shape of that map decides.
 *
 * <pre>
 * every element is in its thread   ─►  registers are renamed
 * every element is in its warp     ─►  lanes shuffle
 * else                             ─►  through shared memory
 * </pre>
 */
public final class PlanConversion {
  private static final Set<String> THREAD = Set.of(REGISTER, LANE, WARP);
  private static final int MAX_VECTOR_BYTES = 16;

  private PlanConversion() {}

  /**
   * The plan.
   *
   * @param source {@code (register, lane, warp) -> (dim0, ...)}, onto the tensor; inputs may be missing
   * @param destination the same for the result
   * @param elementBits the width of an element, for the choice of vectors in shared memory
   */
  public static ConversionPlan plan(LinearLayout source, LinearLayout destination, int elementBits) {
    LinearLayout from = canonical(source);
    LinearLayout to = canonical(destination).reorderOutputs(DimensionList.names(from.outputs()));
    checkArgument(
        from.inputSize(LANE) == to.inputSize(LANE) && from.inputSize(WARP) == to.inputSize(WARP),
        "%s and %s are not of the same threads", source, destination);
    LinearLayout origin = nearestOrigin(from, to);
    if (isOwn(origin, WARP) && isOwn(origin, LANE)) {
      return new ConversionPlan.RegisterPermutation(registerSources(origin));
    }
    if (isOwn(origin, WARP)) {
      Optional<ConversionPlan.WarpShuffle> shuffle = PlanShuffle.plan(origin, elementBits);
      if (shuffle.isPresent()) {
        return shuffle.get();
      }
    }
    return throughShared(from, to, elementBits);
  }

  /** The same layout with all of register, lane and warp, in this order. */
  private static LinearLayout canonical(LinearLayout layout) {
    LinearLayout full = layout;
    for (String name : List.of(REGISTER, LANE, WARP)) {
      full = full.hasInput(name) ? full : full.times(LinearLayout.broadcast(name, 1));
    }
    checkArgument(THREAD.containsAll(DimensionList.names(full.inputs())), "inputs %s", layout.inputs());
    return full.reorderInputs(List.of(REGISTER, LANE, WARP));
  }

  /**
   * For each place of the destination, a place in the source that holds its element. Where lanes or warps of the source
   * have copies, the one whose redundant bits agree with the destination's: it is more likely in the same thread.
   */
  private static LinearLayout nearestOrigin(LinearLayout from, LinearLayout to) {
    LinearLayout origin = to.relativeTo(from);
    long[] columns = origin.matrix().columns().toArray();
    for (long vector : from.matrix().kernel()) {
      int redundant = 63 - Long.numberOfLeadingZeros(vector);
      if (redundant >= DimensionList.firstBit(from.inputs(), LANE)) {
        columns[redundant + to.matrix().width() - from.matrix().width()] ^= vector;
      }
    }
    return new LinearLayout(origin.inputs(), origin.outputs(), F2Matrix.ofColumns(origin.matrix().rows(), columns));
  }

  /** Whether the output of this name is the input of this name, and neither has to do with anything else. */
  private static boolean isOwn(LinearLayout origin, String name) {
    LinearLayout toOutput = origin.sublayout(DimensionList.names(origin.inputs()), Set.of(name));
    LinearLayout fromInput = origin.sublayout(Set.of(name));
    for (Dimension input : origin.inputs()) {
      for (int bit = 0; bit < input.bits(); bit++) {
        if (toOutput.basis(input.name(), bit)[0] != (input.name().equals(name) ? 1 << bit : 0)) {
          return false;
        }
      }
    }
    return fromInput.matrix().columns().stream().allMatch(column -> Long.bitCount(column) == 1);
  }

  private static ImmutableIntArray registerSources(LinearLayout origin) {
    LinearLayout registers = origin.sublayout(Set.of(REGISTER), Set.of(REGISTER));
    ImmutableIntArray.Builder source = ImmutableIntArray.builder();
    for (int register = 0; register < registers.inputSize(REGISTER); register++) {
      source.add(registers.apply(register)[0]);
    }
    return source.build();
  }

  private static ConversionPlan throughShared(LinearLayout from, LinearLayout to, int elementBits) {
    ImmutableList<Long> vector = commonVector(from, to, elementBits);
    SharedAccess store = SharedAccess.vector(from, registerBits(from, vector), elementBits);
    SharedAccess load = SharedAccess.vector(to, registerBits(to, vector), elementBits);
    SharedLayout shared = ChooseSwizzle.forAccesses(store, load);
    return new ConversionPlan.ThroughShared(
        shared,
        new VectorAccess(registerBits(from, vector), from.inputSize(REGISTER), elementBits),
        new VectorAccess(registerBits(to, vector), to.inputSize(REGISTER), elementBits),
        BankConflicts.wavefronts(store, shared),
        BankConflicts.wavefronts(load, shared));
  }

  /**
   * Elements that both sides hold in one thread: as many as make a vector to which all other inputs leave it aligned.
   */
  private static ImmutableList<Long> commonVector(LinearLayout from, LinearLayout to, int elementBits) {
    List<Long> vector = from.images(REGISTER).stream()
        .filter(image -> image != 0 && to.images(REGISTER).contains(image))
        .distinct()
        .limit(Math.max(0, Integer.numberOfTrailingZeros(MAX_VECTOR_BYTES * 8 / elementBits)))
        .collect(Collectors.toCollection(ArrayList::new));
    while (true) {
      Subspace others = Subspace.ZERO;
      for (LinearLayout layout : List.of(from, to)) {
        List<Long> columns = new ArrayList<>(layout.matrix().columns().asList());
        vector.forEach(columns::remove);
        others = others.plus(columns);
      }
      if (others.intersect(Subspace.span(vector)).dimension() == 0) {
        return ImmutableList.copyOf(vector);
      }
      vector.removeLast();
    }
  }

  private static ImmutableIntArray registerBits(LinearLayout layout, List<Long> vector) {
    ImmutableList<Long> registers = layout.images(REGISTER);
    return ImmutableIntArray.copyOf(vector.stream().mapToInt(registers::indexOf));
  }
}
