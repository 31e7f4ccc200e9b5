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
final class Views {
  private Views() {}

  static List<Coordinate> operandCoordinates(ViewOp view, Value operand, TensorType result, List<Coordinate> at) {
    Shape shape = operand.tensorType().shape();
    return switch (view) {
      case Transpose transpose -> transposed(transpose, at);
      case Reshape reshape -> reshaped(shape, result.shape(), at);
      case BroadcastTo broadcast -> broadcast(shape, at);
      case Slice slice -> sliced(slice, at);
      default -> throw new UnsupportedAccess("the backend does not know the view " + view.name());
    };
  }

  private static List<Coordinate> transposed(Transpose transpose, List<Coordinate> at) {
    Coordinate[] coordinates = new Coordinate[at.size()];
    for (int axis = 0; axis < at.size(); axis++) {
      coordinates[transpose.axes().get(axis)] = at.get(axis);
    }
    return List.of(coordinates);
  }

  private static List<Coordinate> reshaped(Shape from, Shape to, List<Coordinate> at) {
    List<Coordinate> same = withoutOnes(from, to, at);
    if (same != null) {
      return same;
    }
    return List.copyOf(Coordinate.of(split(linear(to, at), from)));
  }

  /** Coordinates of a reshape that only adds or drops axes of extent 1; any coordinate goes through that. */
  private static List<Coordinate> withoutOnes(Shape from, Shape to, List<Coordinate> at) {
    List<Coordinate> kept = new ArrayList<>();
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
    List<Coordinate> coordinates = new ArrayList<>();
    int next = 0;
    for (Dim dim : from.dims()) {
      coordinates.add(dim.is(1) ? Coordinate.ZERO : kept.get(next++));
    }
    return coordinates;
  }

  /** Coordinates of an operand that broadcasts: missing axes are dropped, axes of extent 1 are at 0. */
  static List<Coordinate> broadcast(Shape shape, List<Coordinate> at) {
    List<Coordinate> coordinates = new ArrayList<>();
    int missing = at.size() - shape.rank();
    for (int axis = 0; axis < shape.rank(); axis++) {
      coordinates.add(shape.dim(axis).is(1) ? Coordinate.ZERO : at.get(axis + missing));
    }
    return coordinates;
  }

  private static List<Coordinate> sliced(Slice slice, List<Coordinate> at) {
    List<Coordinate> coordinates = new ArrayList<>(at);
    IndexExpr index = at.get(slice.axis()).index().times(Dim.of(slice.step())).plus(IndexExpr.of(slice.from()));
    coordinates.set(slice.axis(), new Coordinate.Static(index));
    return coordinates;
  }

  /** Row-major index of static coordinates. */
  static IndexExpr linear(Shape shape, List<Coordinate> at) {
    IndexExpr linear = IndexExpr.ZERO;
    for (int axis = 0; axis < shape.rank(); axis++) {
      linear = linear.plus(at.get(axis).index().times(strideOf(shape, axis)));
    }
    return linear;
  }

  static Dim strideOf(Shape shape, int axis) {
    return shape.slice(axis + 1, shape.rank()).size();
  }

  /** Coordinates of a row-major index. */
  static List<IndexExpr> split(IndexExpr linear, Shape shape) {
    List<IndexExpr> coordinates = new ArrayList<>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      IndexExpr above = linear.dividedBy(strideOf(shape, axis));
      coordinates.add(axis == 0 ? above : above.modulo(shape.dim(axis)));
    }
    return coordinates;
  }
}
