package nibble.ir.shape;

import com.google.common.collect.ImmutableList;
import java.util.Optional;

/**
 * The broadcasting rule of elementwise ops: shapes are aligned at their last axis; on each axis the extents are equal
 * or one of them is 1 (or missing), and the result has the other.
 */
public final class Broadcast {
  private Broadcast() {}

  /** The common shape, or nothing where some axis has two different extents and neither is 1. */
  public static Optional<Shape> common(Shape left, Shape right) {
    int rank = Math.max(left.rank(), right.rank());
    ImmutableList.Builder<Dim> dims = ImmutableList.builder();
    for (int axis = 0; axis < rank; axis++) {
      Dim a = at(left, axis - rank);
      Dim b = at(right, axis - rank);
      if (!a.equals(b) && !a.is(1) && !b.is(1)) {
        return Optional.empty();
      }
      dims.add(a.is(1) ? b : a);
    }
    return Optional.of(new Shape(dims.build()));
  }

  /** Whether {@code from} broadcasts to exactly {@code to}. */
  public static boolean reaches(Shape from, Shape to) {
    return common(from, to).filter(to::equals).isPresent();
  }

  private static Dim at(Shape shape, int fromEnd) {
    return -fromEnd > shape.rank() ? Dim.ONE : shape.dim(fromEnd);
  }
}
