package nibble.codegen.kernel.attention;

import com.google.common.collect.ImmutableList;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.ElementEmitter;
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
 * Scales of keys that share one by threads of {@code mma}: a tile of keys has few, and each thread of them what its
 * keys need.
 *
 * @param rows how keys are dealt to scales
 */
record KeyScales(AttentionSpace space, AttentionTile tile, Interleaving rows) {
  private static final String BOX = "box";

  /** Nothing where keys have scales of their own, or neighbours share one. */
  static Optional<KeyScales> of(AttentionSpace space, AttentionTile tile) {
    return space.operation().operand(1).tensorType().scale()
        .flatMap(layout -> layout.granularity().interleaving())
        .filter(rows -> rows.rows() % tile.keys() == 0 || tile.keys() % rows.cycle() == 0)
        .map(rows -> new KeyScales(space, tile, rows));
  }

  /** The extents of scores, keys as cycles, boxes and neighbours. */
  int[] extents() {
    return new int[] {
        tile.queries(), Math.toIntExact(tile.keys() / rows.cycle()), boxes(), Math.toIntExact(rows.run())};
  }

  /** How many threads share the keys of a box. */
  int threads() {
    return Math.toIntExact(AttentionTile.THREADS * tile.neighbours() / rows.cycle());
  }

  private int boxes() {
    return Math.toIntExact(rows.boxes());
  }

  /** The layout of one number for each query and box, {@code -> (query, 1, box, 1)}. */
  LinearLayout layoutOfQueriesAndBoxes() {
    return Projection.project(Projection.project(tile.scoreLayout().reshape(extents()), 1), 3);
  }

  /** The scales of a tile of keys, {@code 1 x 1 x boxes x 1}. */
  Value ofBoxes(TileBuilder builder, ElementEmitter emitter, Value keyTile) {
    LinearLayout ofBoxes = Projection.project(layoutOfQueriesAndBoxes(), 0);
    Memory memory = emitter.memoryOf(space.operation().operand(1));
    Dim count = rows.count(space.keys());
    Grid2 grid =
        new Grid2(ofBoxes.reshape(1, boxes()), AttentionSpace.QUERY, BOX, emitter.grid().variables());
    Value period = tile.keys() == rows.rows() ? keyTile : builder.apply(
        Scalar.QUOTIENT, builder.apply(Scalar.MUL, keyTile, builder.number(tile.keys())), builder.number(rows.rows()));
    Value first = builder.apply(Scalar.MUL, period, builder.number(rows.boxes()));
    grid = grid.with(Map.of(BOX, grid.along(builder, BOX, first)));
    ImmutableList<IndexExpr> at = space.keyBoxAt(IndexExpr.variable(BOX, count));
    Value scales = emitter.memory().on(builder, grid).load(
        memory.scales().orElseThrow(), memory.type().scaleType().shape(), at);
    return builder.add(new TileReshape(ImmutableList.of(1, 1, boxes(), 1)), scales);
  }

  /** The scale of each score of a tile of keys. */
  Value spread(TileBuilder builder, ElementEmitter emitter, Value keyTile) {
    TileType apart = new TileType(Formats.F32, tile.scoreLayout().reshape(extents()));
    Value all = builder.add(new Expand(apart), ofBoxes(builder, emitter, keyTile));
    return builder.add(new TileReshape(ImmutableList.of(tile.queries(), tile.keys())), all);
  }
}
