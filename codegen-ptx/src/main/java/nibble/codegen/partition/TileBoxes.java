package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import nibble.codegen.partition.Space.Reduction;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** Which boxes lie inside a tile of a matrix product, so that its epilogue can reduce over them. */
final class TileBoxes {
  /**
   * Rows and columns of the usual tiles; larger ones are multiples. Those of fewer columns are for products that have
   * no more, in which boxes have no more either.
   */
  private static final long TILE = 64;

  private TileBoxes() {}

  static boolean fits(Reduction reduction, Shape shape) {
    if (!(reduction instanceof Reduction.Boxes(var granularity)) || shape.rank() < 2
        || granularity.interleaving().isPresent()) {
      return false;
    }
    ImmutableList<Dim> box = granularity.boxWithin(shape);
    boolean ofMatrices = box.subList(0, box.size() - 2).stream().allMatch(side -> side.is(1));
    Dim rows = box.get(box.size() - 2);
    return ofMatrices && divides(rows) && divides(box.getLast()) && isAligned(rows, shape);
  }

  /** Leading axes are joined with the rows, so boxes must not straddle them. */
  private static boolean isAligned(Dim rows, Shape shape) {
    return rows.is(1) || shape.rank() == 2 || shape.dim(-2).dividedBy(rows).isPresent();
  }

  private static boolean divides(Dim side) {
    return side.isConstant() && side.constant() <= TILE && TILE % side.constant() == 0;
  }
}
