package nibble.ir.layout;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.Optional;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Shape;

/**
 * Which elements of a tensor are stored; the others are zero. A layout knows which elements it keeps when a tensor is
 * pruned to it, and how it stores them. A plugin may add its own.
 */
public interface SparseLayout {
  /** The numbers between the angle brackets: {@code 2:4} is 2, 4, and {@code block(32,64) 1:4} 32, 64, 1, 4. */
  ImmutableList<Long> numbers();

  /** The word before the numbers; none where their count tells what they are. */
  default String keyword() {
    return "";
  }

  /** One sentence for {@code nibble formats}. */
  String summary();

  /** Why a tensor of this shape can't have the layout, if it can't. */
  Optional<String> rejects(Shape shape);

  /**
   * The elements that are kept when a matrix is pruned by magnitude. Of equal magnitudes the last ones are kept, and
   * NaN counts as the largest. All elements of a matrix that fits the layout are kept, but for zeros.
   *
   * @param elements row by row; of more than two axes, all matrices one after another
   * @param columns the last extent
   */
  boolean[] select(double[] elements, int columns);

  /** Which element would not be stored though it is not zero, and in which row and group it is, if there is one. */
  Optional<String> misfit(double[] elements, Shape shape);

  /**
   * The arrays that elements are stored as, in memory order, elements first.
   *
   * @param shape of the tensor as if all elements were stored, which fits the layout
   * @param format of an element
   * @throws IllegalArgumentException where the layout has no place in memory
   */
  ImmutableList<StoredArray> arrays(Shape shape, NumberFormat format);

  /**
   * The arrays of a tensor, by name. A zero that is not stored loses its sign, all else comes back from {@link
   * #decompress} as it is.
   *
   * @param elements all of them, of a tensor of constant shape
   * @throws IllegalArgumentException where an element that is not zero would not be stored
   */
  ImmutableMap<String, double[]> compress(double[] elements, Shape shape, NumberFormat format);

  /**
   * What is wrong with arrays that somebody else wrote, if anything is: metadata that no tensor has, by row and group.
   *
   * @param arrays of the sizes that {@link #arrays} says
   */
  default Optional<String> fault(Map<String, double[]> arrays, Shape shape, NumberFormat format) {
    return Optional.empty();
  }

  /** All elements, from the arrays of {@link #compress}. */
  double[] decompress(Map<String, double[]> arrays, Shape shape, NumberFormat format);

  /**
   * {@code 2:4}, {@code 64:2:8}; those with a keyword write it first, numbers that are no share in parentheses:
   * {@code block(32,64) 1:4}.
   */
  default String text() {
    return String.join(":", numbers().stream().map(String::valueOf).toList());
  }
}
