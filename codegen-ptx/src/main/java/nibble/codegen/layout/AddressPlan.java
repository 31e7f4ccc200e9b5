package nibble.codegen.layout;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.List;

/**
 * The fewest address registers for accesses whose addresses are linear over F2 in things that a thread knows (lane,
 * warp) and in things that the compiler knows (which register, which k-step, which stage).
 *
 * <p>An address is {@code V ^ c}: {@code V} from the variable inputs, {@code c} from the constants. Machine
 * instructions add an immediate to a register, they do not exclusive-or. Call a bit of the address <em>variable</em>
 * when some variable input sets it. Where {@code c} has no variable bit, {@code V ^ c = V + c}, and {@code c} is an
 * immediate. In general {@code V ^ c = (V ^ (c & variable)) + (c & ~variable)}: one register for each different
 * {@code c & variable}, and the rest of {@code c} as its immediate. No plan of the form register plus immediate needs
 * fewer: when two constants differ in a variable bit, the difference of their addresses changes with the thread, so
 * they can't share a register.
 *
 * @param variable the variable part, {@code (lane, warp, ...) -> (offset)}
 * @param constants the inputs that are known when the code is made, in the order of the arguments of {@link #base}
 * @param bases the different {@code c & variable}, the first of them 0: what is to be exclusive-ored to the variable
 *     part
 * @param baseOf for each packed constant, the index of its base
 * @param immediateOf for each packed constant, the immediate beside the base
 */
public record AddressPlan(
    LinearLayout variable,
    ImmutableList<Dimension> constants,
    ImmutableIntArray bases,
    ImmutableIntArray baseOf,
    ImmutableIntArray immediateOf) {

  /**
   * Splits the addresses.
   *
   * @param addresses a layout with the one output {@code offset}
   * @param constants those of its inputs that are known when the code is made
   */
  public static AddressPlan of(LinearLayout addresses, String... constants) {
    checkArgument(addresses.outputs().size() == 1, "addresses into %s", addresses.outputs());
    ImmutableSet<String> known = ImmutableSet.copyOf(constants);
    known.forEach(name -> DimensionList.indexOf(addresses.inputs(), name));
    LinearLayout variable = addresses.sublayout(
        addresses.inputs().stream().map(Dimension::name).filter(name -> !known.contains(name)).toList());
    LinearLayout constant = addresses.sublayout(known).reorderInputs(known);
    long variableBits = variable.matrix().columns().stream().reduce(0, (a, b) -> a | b);

    List<Long> bases = new ArrayList<>();
    ImmutableIntArray.Builder baseOf = ImmutableIntArray.builder();
    ImmutableIntArray.Builder immediateOf = ImmutableIntArray.builder();
    for (long packed = 0; packed < 1L << constant.matrix().width(); packed++) {
      long address = constant.matrix().multiply(packed);
      long base = address & variableBits;
      if (!bases.contains(base)) {
        bases.add(base);
      }
      baseOf.add(bases.indexOf(base));
      immediateOf.add((int) (address & ~variableBits));
    }
    return new AddressPlan(
        variable,
        constant.inputs(),
        ImmutableIntArray.copyOf(bases.stream().mapToInt(Long::intValue)),
        baseOf.build(),
        immediateOf.build());
  }

  /** Which base register the constants need, an index into {@link #bases}. */
  public int base(int... values) {
    return baseOf.get((int) DimensionList.pack(constants, values));
  }

  /** What the instruction adds to the base register. */
  public int immediate(int... values) {
    return immediateOf.get((int) DimensionList.pack(constants, values));
  }

  /** The bits of the address that differ between threads. */
  public int variableBits() {
    return (int) variable.matrix().columns().stream().reduce(0, (a, b) -> a | b);
  }

  /** The names of the variable inputs, whose values the code has to know. */
  public ImmutableList<String> variables() {
    return variable.inputs().stream().map(Dimension::name).collect(toImmutableList());
  }
}
