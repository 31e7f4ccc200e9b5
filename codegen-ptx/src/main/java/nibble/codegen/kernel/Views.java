package nibble.codegen.kernel;

import java.util.ArrayList;
import java.util.List;
import nibble.codegen.index.IndexExpr;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.Reshape;
import nibble.ir.op.Slice;
import nibble.ir.op.Transpose;
import nibble.ir.op.ViewOp;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** Where the operand of a view has the element that the view has at given coordinates. */
public final class Views {
  private Views() {}

  /**
   * The coordinates in the operand, where its view has {@code at}.
   *
   * @throws UnsupportedAccess for a view that is not known here
   */
  public static List<IndexExpr> operandCoordinates(ViewOp view, Value operand, TensorType result, List<IndexExpr> at) {
    Shape shape = operand.tensorType().shape();
    return switch (view) {
      case Transpose transpose -> transposed(transpose, at);
      case Reshape reshape -> reshaped(shape, result.shape(), at);
      case BroadcastTo broadcast -> broadcast(shape, at);
      case Slice slice -> sliced(slice, at);
      default -> throw new UnsupportedAccess("the backend does not know the view " + view.name());
    };
  }

  private static List<IndexExpr> transposed(Transpose transpose, List<IndexExpr> at) {
    IndexExpr[] coordinates = new IndexExpr[at.size()];
    for (int axis = 0; axis < at.size(); axis++) {
      coordinates[transpose.axes().get(axis)] = at.get(axis);
    }
    return List.of(coordinates);
  }

  private static List<IndexExpr> reshaped(Shape from, Shape to, List<IndexExpr> at) {
    List<IndexExpr> same = withoutOnes(from, to, at);
    if (same != null) {
      return same;
    }
    int before = 0;
    int most = Math.min(from.rank(), to.rank());
    while (before < most && from.dim(before).equals(to.dim(before))) {
      before++;
    }
    int behind = 0;
    while (behind < most - before && from.dim(-1 - behind).equals(to.dim(-1 - behind))) {
      behind++;
    }
    // Axes in front and behind stay what they are, and only those between are cut anew.
    Shape cut = from.slice(before, from.rank() - behind);
    IndexExpr between = linear(to.slice(before, to.rank() - behind), at.subList(before, at.size() - behind));
    List<IndexExpr> coordinates = new ArrayList<>(at.subList(0, before));
    coordinates.addAll(split(between, cut));
    coordinates.addAll(at.subList(at.size() - behind, at.size()));
    return coordinates;
  }

  /** Coordinates of a reshape that only adds or drops axes of extent 1; any coordinate goes through that. */
  private static List<IndexExpr> withoutOnes(Shape from, Shape to, List<IndexExpr> at) {
    List<IndexExpr> kept = new ArrayList<>();
    List<Dim> extents = new ArrayList<>();
    for (int axis = 0; axis < to.rank(); axis++) {
      if (!to.dim(axis).is(1)) {
        kept.add(at.get(axis));
        extents.add(to.dim(axis));
      }
    }
    if (!extents.equals(from.dims().stream().filter(dim -> !dim.is(1)).toList())) {
      return null;
    }
    List<IndexExpr> coordinates = new ArrayList<>();
    int next = 0;
    for (Dim dim : from.dims()) {
      coordinates.add(dim.is(1) ? IndexExpr.ZERO : kept.get(next++));
    }
    return coordinates;
  }

  /** Coordinates of an operand that broadcasts: missing axes are dropped, axes of extent 1 are at 0. */
  public static List<IndexExpr> broadcast(Shape shape, List<IndexExpr> at) {
    List<IndexExpr> coordinates = new ArrayList<>();
    int missing = at.size() - shape.rank();
    for (int axis = 0; axis < shape.rank(); axis++) {
      coordinates.add(shape.dim(axis).is(1) ? IndexExpr.ZERO : at.get(axis + missing));
    }
    return coordinates;
  }

  private static List<IndexExpr> sliced(Slice slice, List<IndexExpr> at) {
    List<IndexExpr> coordinates = new ArrayList<>(at);
    IndexExpr index = at.get(slice.axis()).times(Dim.of(slice.step())).plus(IndexExpr.of(slice.from()));
    coordinates.set(slice.axis(), index);
    return coordinates;
  }

  /** Row-major index of static coordinates. */
  public static IndexExpr linear(Shape shape, List<IndexExpr> at) {
    IndexExpr linear = IndexExpr.ZERO;
    for (int axis = 0; axis < shape.rank(); axis++) {
      linear = linear.plus(at.get(axis).times(strideOf(shape, axis)));
    }
    return linear;
  }

  static Dim strideOf(Shape shape, int axis) {
    return shape.slice(axis + 1, shape.rank()).size();
  }

  /** Coordinates of a row-major index. */
  public static List<IndexExpr> split(IndexExpr linear, Shape shape) {
    List<IndexExpr> coordinates = new ArrayList<>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      IndexExpr above = linear.dividedBy(strideOf(shape, axis));
      coordinates.add(axis == 0 ? above : above.modulo(shape.dim(axis)));
    }
    return coordinates;
  }
}
