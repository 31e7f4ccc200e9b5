package nibble.codegen.kernel;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import nibble.codegen.index.IndexExpr;
import nibble.ir.TensorType;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.Interleaving;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** From where an element is to where the box is that it shares a scale, a zero point or a flag with. */
public final class BoxCoordinates {
  private BoxCoordinates() {}

  /** In the grid of scales of a type, for the element at these coordinates. */
  public static List<IndexExpr> ofScale(TensorType scaled, List<IndexExpr> at) {
    return of(scaled.scale().orElseThrow().granularity(), scaled.shape(), at);
  }

  /** In the grid of boxes of a shape, for the element at these coordinates. */
  public static List<IndexExpr> of(Granularity granularity, Shape shape, List<IndexExpr> at) {
    ImmutableList<Dim> box = granularity.boxWithin(shape);
    List<IndexExpr> coordinates = new ArrayList<>();
    for (int axis = 0; axis < at.size(); axis++) {
      if (axis == at.size() - 2 && granularity.interleaving().isPresent()) {
        coordinates.add(ofRow(granularity.interleaving().get(), at.get(axis)));
        continue;
      }
      coordinates.add(box.get(axis).equals(shape.dim(axis)) ? IndexExpr.ZERO : at.get(axis).dividedBy(box.get(axis)));
    }
    return coordinates;
  }

  /** The box of a row, where boxes have rows that lie apart. */
  public static IndexExpr ofRow(Interleaving rows, IndexExpr row) {
    return row.dividedBy(Dim.of(rows.rows())).times(Dim.of(rows.boxes()))
        .plus(row.modulo(Dim.of(rows.cycle())).dividedBy(Dim.of(rows.run())));
  }
}
