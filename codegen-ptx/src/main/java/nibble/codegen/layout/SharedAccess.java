package nibble.codegen.layout;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What one instruction of one warp touches in shared memory, as the hardware takes it: in passes, of which each serves
 * so many lanes that together they touch 128 bytes at most. A pass lasts as many cycles (wavefronts) as the busiest
 * bank has different words to give.
 *
 * @param tensor the dimensions of the tile
 * @param vector the tile elements that one lane touches together: the packed coordinates of the bits of the index in
 *     the vector, the lowest address first
 * @param lanes the packed coordinates of the lane bits of one pass
 * @param starts the packed coordinates of all other inputs' bits: each vector starts at a sum of these
 * @param passes how many passes the instruction takes
 * @param elementBits the width of an element
 */
public record SharedAccess(
    ImmutableList<Dimension> tensor,
    ImmutableList<Long> vector,
    ImmutableList<Long> lanes,
    ImmutableList<Long> starts,
    int passes,
    int elementBits) {
  private static final int LANE_BITS = 5;

  public SharedAccess {
    checkArgument(
        elementBits << vector.size() <= 128, "vector of %s elements of %s bits", 1 << vector.size(), elementBits);
  }

  /**
   * A vector load, store or asynchronous copy. Up to 4 bytes a lane, the whole warp is one pass; with 8 bytes each half
   * of the warp is one, with 16 bytes each eight lanes.
   *
   * @param registerBits the bits of the register index that count through the vector, the lowest address first
   */
  public static SharedAccess vector(LinearLayout distributed, ImmutableIntArray registerBits, int elementBits) {
    ImmutableList<Long> registers = distributed.images(Dimension.REGISTER);
    ImmutableList<Long> vector = registerBits.stream().mapToObj(registers::get).collect(toImmutableList());
    int bytes = Math.max(4, (elementBits << vector.size()) / 8);
    int laneBits = Math.min(LANE_BITS, 7 - Integer.numberOfTrailingZeros(bytes));
    return of(distributed, vector, firstLanes(distributed, laneBits), 1 << LANE_BITS - laneBits, elementBits);
  }

  /** The access of a {@link VectorAccess}. */
  public static SharedAccess vector(LinearLayout distributed, VectorAccess access) {
    return vector(distributed, access.registerBits(), access.elementBits());
  }

  /**
   * {@code ldmatrix} or {@code stmatrix} without {@code .trans}: a row of 16 bytes is spread over the lowest register
   * bits and lane bits 0 and 1, the eight rows of a pass over lane bits 2 to 4.
   *
   * @param fragment {@code (register, lane, ...) -> (dim0, ...)}, 32 bits of elements in a register
   * @param matrices 1, 2 or 4
   */
  public static SharedAccess ldmatrix(LinearLayout fragment, int matrices, int elementBits) {
    int perRegister = Integer.numberOfTrailingZeros(32 / elementBits);
    ImmutableList<Long> lanes = firstLanes(fragment, LANE_BITS);
    ImmutableList<Long> row = ImmutableList.<Long>builder()
        .addAll(fragment.images(Dimension.REGISTER).subList(0, perRegister))
        .addAll(lanes.subList(0, 2))
        .build();
    return of(fragment, row, lanes.subList(2, LANE_BITS), matrices, elementBits);
  }

  /**
   * {@code ldmatrix} or {@code stmatrix} with {@code .trans}, of 16-bit elements: lane bits 2 to 4 run along the row.
   */
  public static SharedAccess ldmatrixTransposed(LinearLayout fragment, int matrices) {
    ImmutableList<Long> lanes = firstLanes(fragment, LANE_BITS);
    ImmutableList<Long> rows = ImmutableList.<Long>builder()
        .add(fragment.images(Dimension.REGISTER).get(0))
        .addAll(lanes.subList(0, 2))
        .build();
    return of(fragment, lanes.subList(2, LANE_BITS), rows, matrices, 16);
  }

  private static SharedAccess of(
      LinearLayout layout, ImmutableList<Long> vector, ImmutableList<Long> lanes, int passes, int elementBits) {
    List<Long> starts = new ArrayList<>(layout.matrix().columns().asList());
    vector.forEach(starts::remove);
    return new SharedAccess(layout.outputs(), vector, lanes, ImmutableList.copyOf(starts), passes, elementBits);
  }

  /** The images of the lowest lane bits; those that the layout does not have move nothing. */
  private static ImmutableList<Long> firstLanes(LinearLayout layout, int bits) {
    ImmutableList<Long> lanes = layout.images(Dimension.LANE);
    return IntStream.range(0, bits).mapToObj(bit -> bit < lanes.size() ? lanes.get(bit) : Long.valueOf(0))
        .collect(toImmutableList());
  }

  /** The bytes that one lane, or for {@code ldmatrix} one row, touches together. */
  public int bytes() {
    return Math.max(1, (elementBits << vector.size()) / 8);
  }

  /** All coordinates that one pass touches. */
  public Subspace footprint() {
    return Subspace.span(vector).plus(lanes);
  }
}
