package nibble.codegen.layout;

import static com.google.common.base.Preconditions.checkArgument;
import static nibble.codegen.layout.Dimension.LANE;
import static nibble.codegen.layout.Dimension.OFFSET;
import static nibble.codegen.layout.Dimension.REGISTER;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a fragment is loaded from shared memory by {@code ldmatrix}, or stored to it by {@code stmatrix}, which is its
 * exact inverse (PTX ISA 9.7.14.5.15 and 9.7.14.5.16). An instruction moves 1, 2 or 4 matrices of eight rows of 16
 * bytes between the rows at the addresses that lanes {@code 8*j + i} give (row {@code i} of matrix {@code j}) and
 * register {@code j} of all lanes.
 *
 * @param matrices how many matrices an instruction moves: 1, 2 or 4
 * @param transposed whether {@code .trans} is needed
 * @param addresses the byte offset that a lane gives: {@code (lane, ..., instruction) -> (offset)}, between them the
 *     other inputs of the fragment, such as {@code warp}
 * @param registers for each instruction, the indices of the fragment's 32-bit registers that it fills, in order
 */
public record LdmatrixPlan(
    int matrices, boolean transposed, LinearLayout addresses, ImmutableList<ImmutableIntArray> registers) {
  /** The input of {@link #addresses} that counts instructions. */
  public static final String INSTRUCTION = "instruction";

  private static final int ROW_MASK = 15;
  private static final int ROW_BITS = 3;

  /**
   * The plan with the fewest instructions, plain before transposed; empty where the fragment is not made of rows of 16
   * bytes of the tile.
   *
   * @param fragment {@code (register, lane, ...) -> (dim0, ...)}
   */
  public static Optional<LdmatrixPlan> find(LinearLayout fragment, SharedLayout shared) {
    return find(fragment, shared, 4);
  }

  /** The same with at most {@code maxMatrices} (1, 2 or 4) in an instruction. */
  public static Optional<LdmatrixPlan> find(LinearLayout fragment, SharedLayout shared, int maxMatrices) {
    checkArgument(maxMatrices == 1 || maxMatrices == 2 || maxMatrices == 4, "%s matrices", maxMatrices);
    if (shared.elementBits() > 32 || fragment.inputSize(LANE) != 32) {
      return Optional.empty();
    }
    int perRegister = Integer.numberOfTrailingZeros(32 / shared.elementBits());
    LinearLayout bytes = shared.addresses(fragment);
    ImmutableList<Long> registers = bytes.images(REGISTER);
    ImmutableList<Long> lanes = bytes.images(LANE);
    if (registers.size() < perRegister) {
      return Optional.empty();
    }
    List<Long> inRegister = registers.subList(0, perRegister);
    List<Long> rows = new ArrayList<>();
    boolean transposed;
    if (inRegister.equals(unitsWithin(shared.elementBits(), perRegister))
        && lanes.subList(0, 2).equals(List.of(4L, 8L))) {
      transposed = false;
      rows.addAll(lanes.subList(2, 5));
    } else if (shared.elementBits() == 16 && lanes.subList(2, 5).equals(List.of(2L, 4L, 8L))) {
      transposed = true;
      rows.add(inRegister.getFirst());
      rows.addAll(lanes.subList(0, 2));
    } else {
      return Optional.empty();
    }
    List<Long> others = new ArrayList<>(rows);
    others.addAll(registers.subList(perRegister, registers.size()));
    bytes.inputs().stream().map(Dimension::name).filter(name -> !name.equals(REGISTER) && !name.equals(LANE))
        .forEach(name -> others.addAll(bytes.images(name)));
    if (others.stream().anyMatch(image -> (image & ROW_MASK) != 0)) {
      return Optional.empty();
    }
    return Optional.of(build(bytes, rows, registers.subList(perRegister, registers.size()), transposed, maxMatrices));
  }

  private static LdmatrixPlan build(
      LinearLayout bytes, List<Long> rows, List<Long> registers, boolean transposed, int maxMatrices) {
    int matrixBits = Math.min(registers.size(), Integer.numberOfTrailingZeros(maxMatrices));
    ImmutableList.Builder<Dimension> inputs = ImmutableList.builder();
    List<Long> columns = new ArrayList<>(rows);
    columns.addAll(registers.subList(0, matrixBits));
    inputs.add(new Dimension(LANE, ROW_BITS + matrixBits));
    for (Dimension input : bytes.inputs()) {
      if (!input.name().equals(REGISTER) && !input.name().equals(LANE)) {
        inputs.add(input);
        columns.addAll(bytes.images(input.name()));
      }
    }
    inputs.add(new Dimension(INSTRUCTION, registers.size() - matrixBits));
    columns.addAll(registers.subList(matrixBits, registers.size()));
    Dimension offset = bytes.outputs().get(DimensionList.indexOf(bytes.outputs(), OFFSET));
    LinearLayout addresses = new LinearLayout(
        inputs.build(),
        ImmutableList.of(offset),
        F2Matrix.ofColumns(offset.bits(), columns.stream().mapToLong(Long::longValue).toArray()));
    return new LdmatrixPlan(1 << matrixBits, transposed, addresses, groups(registers.size(), matrixBits));
  }

  private static ImmutableList<ImmutableIntArray> groups(int registerBits, int matrixBits) {
    ImmutableList.Builder<ImmutableIntArray> groups = ImmutableList.builder();
    for (int first = 0; first < 1 << registerBits; first += 1 << matrixBits) {
      ImmutableIntArray.Builder group = ImmutableIntArray.builder(1 << matrixBits);
      for (int j = 0; j < 1 << matrixBits; j++) {
        group.add(first + j);
      }
      groups.add(group.build());
    }
    return groups.build();
  }

  /** The byte offsets of the bits of the index in a register; those within a byte are zero. */
  private static List<Long> unitsWithin(int elementBits, int perRegister) {
    List<Long> units = new ArrayList<>();
    for (int bit = 0; bit < perRegister; bit++) {
      units.add((long) (elementBits << bit) / 8);
    }
    return units;
  }

  /** How many instructions load the fragment. */
  public int instructions() {
    return registers.size();
  }
}
