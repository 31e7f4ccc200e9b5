package nibble.codegen.layout;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import java.util.stream.IntStream;

/**
 * A named axis of a layout. Its size is a power of two.
 *
 * @param name such as {@code lane} or {@code dim0}
 * @param bits the binary logarithm of the size
 */
public record Dimension(String name, int bits) {
  /** Which of a thread's elements: {@code element of the 32-bit register + elements per register * register}. */
  public static final String REGISTER = "register";
  /** Which thread of the warp. */
  public static final String LANE = "lane";
  /** Which warp of the block. */
  public static final String WARP = "warp";
  /** Which block of the grid or cluster. */
  public static final String BLOCK = "block";
  /** Where in memory: in elements for a memory layout, in bytes for addresses. */
  public static final String OFFSET = "offset";

  public Dimension {
    checkArgument(name.matches("[A-Za-z_][A-Za-z_0-9]*"), "%s is no name of a dimension", name);
    checkArgument(bits >= 0 && bits <= 30, "dimension %s of %s bits", name, bits);
  }

  /** The dimension of {@code size} values, a power of two. */
  public static Dimension ofSize(String name, int size) {
    checkArgument(Integer.bitCount(size) == 1, "size %s of dimension %s is not a power of two", size, name);
    return new Dimension(name, Integer.numberOfTrailingZeros(size));
  }

  /** The name of the tensor dimension {@code index}: {@code dim0}, {@code dim1}, and so on. */
  public static String tensor(int index) {
    return "dim" + index;
  }

  /** The names of all dimensions of a tensor of the given rank. */
  public static ImmutableList<String> tensors(int rank) {
    return IntStream.range(0, rank).mapToObj(Dimension::tensor).collect(toImmutableList());
  }

  public int size() {
    return 1 << bits;
  }

  @Override
  public String toString() {
    return name + ": " + size();
  }
}
