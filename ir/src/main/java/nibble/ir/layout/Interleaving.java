package nibble.ir.layout;

import nibble.ir.shape.Dim;

/**
 * How rows, which are the last axis but one, are dealt to boxes: of each {@code rows} rows, those with the same {@code
 * (row mod cycle) / run} share one. The last period has all of its boxes, be there rows for them or not.
 *
 * @param rows rows of a period, a multiple of the cycle
 * @param cycle rows after which the first box has the next one
 * @param run neighbours of a box
 */
public record Interleaving(long rows, long cycle, long run) {
  public Interleaving {
    if (run < 1 || cycle < run || rows < cycle || rows % cycle != 0 || cycle % run != 0) {
      throw new IllegalArgumentException("rows are interleaved in periods of cycles of runs, each a multiple of the "
          + "next, not " + rows + ", " + cycle + " and " + run);
    }
  }

  /** Boxes of a period. */
  public long boxes() {
    return cycle / run;
  }

  /** Rows of a box. */
  public long side() {
    return rows / boxes();
  }

  /** The box of a row. */
  public int box(int row) {
    return Math.toIntExact(row / rows * boxes() + row % cycle / run);
  }

  /** Boxes of so many rows. */
  public Dim count(Dim extent) {
    return extent.ceilDiv(rows).times(Dim.of(boxes()));
  }
}
