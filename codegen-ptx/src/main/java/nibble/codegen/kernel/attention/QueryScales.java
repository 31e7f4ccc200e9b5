package nibble.codegen.kernel.attention;

import com.google.common.collect.ImmutableList;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.ElementEmitter;
import nibble.codegen.kernel.GlobalMemory;
import nibble.codegen.kernel.GlobalMemory.Guard;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.tile.Projection;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Expand;
import nibble.codegen.tile.op.TileReshape;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.layout.Interleaving;
import nibble.ir.shape.Dim;

/**
 * Scales of queries that share one by threads of {@code mma}: all rows that a thread has of a period are of one box, so
 * it loads one scale, and what is computed of it once.
 *
 * @param rows how queries are dealt to scales
 */
record QueryScales(AttentionSpace space, AttentionTile tile, Interleaving rows) {
  private static final String BOX = "box";

  /** Nothing where a block of queries is no whole periods, or neighbours share a scale. */
  static Optional<QueryScales> of(AttentionSpace space, AttentionTile tile) {
    return space.operation().operand(0).tensorType().scale()
        .flatMap(layout -> layout.granularity().interleaving())
        .filter(rows -> rows.run() == 1 && tile.queries() % rows.rows() == 0)
        .map(rows -> new QueryScales(space, tile, rows));
  }

  /** The scale of each query of a block, {@code -> (query, 1)}. */
  Value of(TileBuilder builder, ElementEmitter emitter, Value queryTile) {
    int boxes = Math.toIntExact(rows.boxes());
    int periods = Math.toIntExact(tile.queries() / rows.rows());
    LinearLayout ofRows = Projection.project(tile.scoreLayout(), 1)
        .reshape(periods, Math.toIntExact(rows.rows() / boxes), boxes);
    LinearLayout ofBoxes = Projection.project(ofRows, 1);
    Dim count = rows.count(space.queries());
    Grid2 grid = new Grid2(
        ofBoxes.reshape(periods * boxes, 1), BOX, AttentionSpace.KEY, emitter.grid().variables());
    Value first = builder.apply(Scalar.MUL, queryTile, builder.number(periods * boxes));
    grid = grid.with(Map.of(BOX, grid.along(builder, BOX, first)));
    GlobalMemory boxesOfScales = emitter.memory().on(builder, grid);
    if (count.dividedBy(Dim.of((long) periods * boxes)).isEmpty()) {
      boxesOfScales = boxesOfScales.within(Guard.of(BOX, count));
    }
    ImmutableList<IndexExpr> at = space.queryBoxAt(IndexExpr.variable(BOX, count));
    Memory memory = emitter.memoryOf(space.operation().operand(0));
    Value scales = boxesOfScales.load(memory.scales().orElseThrow(), memory.type().scaleType().shape(), at);
    Value apart = builder.add(new TileReshape(ImmutableList.of(periods, 1, boxes)), scales);
    Value all = builder.add(new Expand(new TileType(Formats.F32, ofRows)), apart);
    return builder.add(new TileReshape(ImmutableList.of(tile.queries(), 1)), all);
  }
}
