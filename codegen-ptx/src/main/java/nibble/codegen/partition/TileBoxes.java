package nibble.codegen.partition;

import nibble.codegen.partition.Space.Reduction;
import nibble.ir.layout.Granularities.PerBlock;
import nibble.ir.layout.Granularities.PerGroup;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** Which boxes lie inside a tile of a matrix product, so that its epilogue can reduce over them. */
final class TileBoxes {
  /** Extents of the smallest tile that products use; larger ones are multiples. */
  private static final long ROWS = 64;

  private static final long COLUMNS = 64;

  private TileBoxes() {}

  static boolean fits(Reduction reduction, Shape shape) {
    return reduction instanceof Reduction.Boxes(var granularity) && switch (granularity) {
      case PerBlock(long rows, long columns) ->
          divides(rows, ROWS) && divides(columns, COLUMNS) && isAligned(rows, shape);
      case PerGroup(long size) -> divides(size, COLUMNS);
      default -> false;
    };
  }

  /** Leading axes are joined with the rows, so boxes must not straddle them. */
  private static boolean isAligned(long rows, Shape shape) {
    return rows == 1 || shape.rank() == 2 || shape.dim(-2).dividedBy(Dim.of(rows)).isPresent();
  }

  private static boolean divides(long extent, long tile) {
    return extent <= tile && tile % extent == 0;
  }
}
