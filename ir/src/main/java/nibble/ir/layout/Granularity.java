package nibble.ir.layout;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Which elements of a tensor share one scale: a box of equal extents that tiles the tensor, rows perhaps in another
 * order than they lie in. A plugin may add its own.
 */
public interface Granularity {
  /** The keyword in {@code scale<...>}: {@code axis}, {@code block}. */
  String keyword();

  /** The numbers behind the keyword; none for {@code tensor}. */
  ImmutableList<Long> arguments();

  /** One sentence for {@code nibble formats}. */
  String summary();

  /**
   * Extents of the box along each axis of a tensor of that shape. An extent may be larger than what is left at the
   * edge.
   *
   * @throws IllegalArgumentException where the shape has too few axes for it
   */
  ImmutableList<Dim> box(Shape shape);

  /** How rows are dealt to boxes; nothing where those of a box are neighbours. */
  default Optional<Interleaving> interleaving() {
    return Optional.empty();
  }

  /** {@link #box} with no side longer than its axis, as far as both are known. */
  default ImmutableList<Dim> boxWithin(Shape shape) {
    ImmutableList<Dim> box = box(shape);
    ImmutableList.Builder<Dim> within = ImmutableList.builder();
    for (int axis = 0; axis < box.size(); axis++) {
      Dim side = box.get(axis);
      Dim extent = shape.dim(axis);
      boolean tooLong = side.isConstant() && extent.isConstant() && side.constant() > extent.constant();
      within.add(tooLong ? extent : side);
    }
    return within.build();
  }

  /** {@code axis 0}, {@code block(1,128)}, {@code token}. */
  default String text() {
    ImmutableList<Long> arguments = arguments();
    return switch (arguments.size()) {
      case 0 -> keyword();
      case 1 -> keyword() + " " + arguments.getFirst();
      default -> keyword() + arguments.toString().replace('[', '(').replace(']', ')').replace(" ", "");
    };
  }
}
