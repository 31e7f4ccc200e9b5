package nibble.ir.layout;

import java.util.Arrays;
import java.util.Optional;
import nibble.ir.shape.Shape;

/**
 * The last two axes of a tensor of constant shape.
 *
 * @param count product of the other extents
 */
record Matrices(int count, int rows, int columns) {
  static Matrices of(Shape shape) {
    int[] extents = shape.extents();
    int rank = extents.length;
    int count = Arrays.stream(extents, 0, Math.max(0, rank - 2)).reduce(1, Math::multiplyExact);
    return new Matrices(count, rank < 2 ? 1 : extents[rank - 2], extents[rank - 1]);
  }

  /** Refuses what is neither kept nor zero. */
  void requireFit(double[] elements, boolean[] keep, SparseLayout layout, long width) {
    refuse(misfit(elements, keep, layout, width));
  }

  /** Refuses elements that do not fit. */
  static void refuse(Optional<String> misfit) {
    misfit.ifPresent(why -> {
      throw new IllegalArgumentException(why + ": the tensor is to be pruned first");
    });
  }

  /** The index of the first element that is neither kept nor zero. */
  static Optional<Integer> firstMisfit(double[] elements, boolean[] keep) {
    for (int i = 0; i < elements.length; i++) {
      if (!keep[i] && elements[i] != 0) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  /**
   * The first element that is neither kept nor zero.
   *
   * @param width columns of a group
   */
  Optional<String> misfit(double[] elements, boolean[] keep, SparseLayout layout, long width) {
    return firstMisfit(elements, keep).map(i -> {
      long group = i % columns / width;
      return "sparse<" + layout.text() + "> has no place for the element " + elements[i] + " in row " + i / columns
          + ", group " + group + " (columns " + group * width + " to " + (group * width + width - 1) + ")";
    });
  }
}
