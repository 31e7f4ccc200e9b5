package nibble.ir.layout;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.shape.Shape;

/** Which elements of a tensor are stored; the others are zero. A plugin may add its own. */
public interface SparseLayout {
  /** The numbers between the angle brackets: {@code 2:4} is 2, 4. */
  ImmutableList<Long> numbers();

  /** One sentence for {@code nibble formats}. */
  String summary();

  /** Why a tensor of this shape can't have the layout, if it can't. */
  Optional<String> rejects(Shape shape);

  /** {@code 2:4}, {@code 64:2:8}. */
  default String text() {
    return String.join(":", numbers().stream().map(String::valueOf).toList());
  }
}
