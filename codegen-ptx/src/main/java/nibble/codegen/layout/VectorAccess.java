package nibble.codegen.layout;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.List;

/**
 * How the elements that a thread holds are grouped into vector loads or stores: some bits of the register index choose
 * an element of the vector, the others the instruction.
 *
 * @param registerBits the bits of the register index that count through a vector, the lowest address first
 * @param registers how many elements a thread holds
 * @param elementBits the width of an element
 */
public record VectorAccess(ImmutableIntArray registerBits, int registers, int elementBits) {
  /**
   * The widest vectors between registers and memory: bits of the register index whose elements lie 1, 2, 4, ...
   * elements apart, as long as every other input moves the address by multiples of the vector. They need not be the
   * lowest bits: registers have no order.
   *
   * @param distributed {@code (register, lane, ...) -> (dim0, ...)}
   * @param memory {@code (offset) -> (dim0, ...)}, the offset in elements
   * @param maxBytes the widest access, such as 16, or less where the base or the row pitch is less aligned
   */
  public static VectorAccess of(LinearLayout distributed, LinearLayout memory, int elementBits, int maxBytes) {
    LinearLayout offsets = distributed.relativeTo(memory);
    ImmutableList<Long> registers = offsets.images(Dimension.REGISTER);
    List<Integer> bits = new ArrayList<>();
    while ((elementBits << bits.size() + 1) <= maxBytes * 8 && registers.contains(1L << bits.size())) {
      bits.add(registers.indexOf(1L << bits.size()));
    }
    while (!isAligned(offsets, bits)) {
      bits.removeLast();
    }
    return new VectorAccess(ImmutableIntArray.copyOf(bits), distributed.inputSize(Dimension.REGISTER), elementBits);
  }

  /** Whether all inputs but the chosen register bits move the address by multiples of the vector. */
  private static boolean isAligned(LinearLayout offsets, List<Integer> bits) {
    int first = offsets.hasInput(Dimension.REGISTER) ? DimensionList.firstBit(offsets.inputs(), Dimension.REGISTER) : 0;
    for (int column = 0; column < offsets.matrix().width(); column++) {
      boolean chosen = bits.contains(column - first);
      if (!chosen && (offsets.matrix().column(column) & (1L << bits.size()) - 1) != 0) {
        return false;
      }
    }
    return true;
  }

  /** The elements of one vector. */
  public int elements() {
    return 1 << registerBits.length();
  }

  /** The bits of one vector: below 8 only where 4-bit elements have no even neighbour. */
  public int bits() {
    return elements() * elementBits;
  }

  /** The register indices of each vector: one list for each instruction, the lowest address first. */
  public ImmutableList<ImmutableIntArray> groups() {
    int chosen = registerBits.stream().map(bit -> 1 << bit).sum();
    ImmutableList.Builder<ImmutableIntArray> groups = ImmutableList.builder();
    for (int base = 0; base < registers; base++) {
      if ((base & chosen) == 0) {
        groups.add(group(base));
      }
    }
    return groups.build();
  }

  private ImmutableIntArray group(int base) {
    checkArgument(base < registers, "register %s of %s", base, registers);
    ImmutableIntArray.Builder group = ImmutableIntArray.builder(elements());
    for (int element = 0; element < elements(); element++) {
      int register = base;
      for (int i = 0; i < registerBits.length(); i++) {
        register |= (element >> i & 1) << registerBits.get(i);
      }
      group.add(register);
    }
    return group.build();
  }
}
