package nibble.codegen.kernel;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.index.IndexExpr;
import nibble.ir.Value;
import nibble.ir.shape.Dim;

/** Where along an axis an element is read: an index of the iteration space, or a number that the kernel has loaded. */
sealed interface Coordinate {
  /** A function of the iteration variables. */
  record Static(IndexExpr expr) implements Coordinate {}

  /** A loaded number, such as a row of a table. */
  record Dynamic(Value number) implements Coordinate {}

  Coordinate ZERO = new Static(IndexExpr.ZERO);

  static ImmutableList<Coordinate> of(List<IndexExpr> indices) {
    return indices.stream().map(Static::new).collect(ImmutableList.toImmutableList());
  }

  /** The index of a static coordinate. */
  default IndexExpr index() {
    if (this instanceof Static(IndexExpr index)) {
      return index;
    }
    throw new UnsupportedAccess("a loaded index can't be split or merged with others");
  }

  /** A static coordinate divided by the side of a box, or 0 where the box is the whole axis. */
  default Coordinate inBox(Dim side, Dim extent) {
    return side.equals(extent) ? ZERO : side.is(1) ? this : new Static(index().dividedBy(side));
  }
}
