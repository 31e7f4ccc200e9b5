package nibble.codegen.kernel.attention;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.KernelBuffers;
import nibble.codegen.kernel.operand.MappedOperand;
import nibble.codegen.kernel.operand.OperandLoader;
import nibble.codegen.kernel.operand.OperandSource;
import nibble.codegen.target.Feature;
import nibble.codegen.target.Target;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;

/**
 * Whether warpgroups compute an attention, and if not, why: then warps do, as on other targets.
 *
 * @param loop how warpgroups do
 * @param why they do not
 */
record WarpgroupChoice(Optional<WarpgroupAttention> loop, Optional<String> why) {
  private static final int ROWS = 64;
  private static final int WARPS = 4;
  /** Dimensions of a tensor map. */
  private static final int MOST_DIMENSIONS = 5;
  private static final int MOST_STAGES = 4;
  /** What two warpgroups have beside one that keeps 40, of 65536. */
  private static final int REGISTERS = 232;

  private static WarpgroupChoice not(String why) {
    return new WarpgroupChoice(Optional.empty(), Optional.of(why));
  }

  static WarpgroupChoice of(
      AttentionSpace space, AttentionFormats formats, KernelBuffers buffers, Map<Value, Operation> definitions,
      ImmutableMap<String, SymbolBounds> symbols, Target target) {
    if (!target.has(Feature.WGMMA)) {
      return not(target.name() + " has no wgmma");
    }
    if (space.scalesValues()) {
      return not("its values are codes, and weights do not lie in registers as wgmma multiplies codes");
    }
    if (space.isScaled() ? formats.scores().unpacks() : !formats.scores().equals(formats.values())) {
      return not("wgmma does not multiply " + space.operation().operand(0).tensorType() + " as they are");
    }
    if (space.op().filter().isPresent()) {
      return not("its filter is for warps, each of its own");
    }
    if (space.queries().isConstant() && space.queries().constant() <= ROWS / 2) {
      return not("it has " + space.queries() + " queries, and a warpgroup has " + ROWS);
    }
    Optional<AttentionTile> tile = tile(space, formats);
    if (tile.isEmpty()) {
      return not("its blocks are " + space.op().blocks().orElseThrow() + ", and tiles are of 64 queries and keys");
    }
    List<Optional<MappedOperand>> operands = new ArrayList<>();
    for (int operand = 0; operand < 3; operand++) {
      operands.add(mapped(space, operand, tile.get(), buffers, definitions, symbols));
      if (operands.get(operand).isEmpty()) {
        return not(List.of("its queries", "its keys", "its values").get(operand)
            + " do not lie in memory as tensor copies bring them");
      }
    }
    int limit = target.limits().sharedPerBlock();
    for (int stages = MOST_STAGES; stages > 1; stages /= 2) {
      // Barriers come behind.
      if (WarpgroupAttention.sharedBytes(tile.get(), stages) + 1024 <= limit) {
        return new WarpgroupChoice(Optional.of(new WarpgroupAttention(
            space, tile.get(), operands.get(0).get(), operands.get(1).get(), operands.get(2).get(), stages,
            registers(tile.get()))), Optional.empty());
      }
    }
    return not("its tiles do not fit shared memory");
  }

  /** Tiles of whole warpgroups; nothing where blocks that are selected have no whole tiles. */
  private static Optional<AttentionTile> tile(AttentionSpace space, AttentionFormats formats) {
    int depth = Math.max(formats.scores().step(), powerOfTwo(space.depth()));
    int width = powerOfTwo(space.width());
    int largest = Math.max(depth, width);
    // Codes of weights, and boxes that share a scale of keys, depend on where steps start.
    int keys = largest <= 64 && !space.isScaled() ? 2 * ROWS : ROWS;
    boolean isShort = largest > 128 || space.queries().isConstant() && space.queries().constant() <= ROWS;
    int queries = isShort ? ROWS : 2 * ROWS;
    if (space.op().blocks().isPresent()) {
      queries = (int) Math.min(queries, Long.lowestOneBit(space.op().blocks().get().dim(0).constant()));
      keys = (int) Math.min(keys, Long.lowestOneBit(space.op().blocks().get().dim(1).constant()));
    }
    return queries < ROWS || keys < ROWS ? Optional.empty() : Optional.of(new AttentionTile(
        formats.scores(), formats.values(), queries / ROWS * WARPS, AttentionTile.LEAST, keys, depth, width,
        formats.stepSums()));
  }

  /** Sums, products and weights at once, of tiles of two warpgroups, take more than the share of each thread. */
  private static Optional<Integer> registers(AttentionTile tile) {
    return tile.warps() > WARPS ? Optional.of(REGISTERS) : Optional.empty();
  }

  private static int powerOfTwo(long extent) {
    return (int) Math.max(AttentionTile.LEAST, Long.highestOneBit(2 * extent - 1));
  }

  /** How tensor copies tell an operand, if they do: each axis of heads is a variable. */
  private static Optional<MappedOperand> mapped(
      AttentionSpace space, int operand, AttentionTile tile, KernelBuffers buffers,
      Map<Value, Operation> definitions, ImmutableMap<String, SymbolBounds> symbols) {
    Value value = space.operation().operand(operand);
    TensorType type = value.tensorType();
    Shape shape = type.shape();
    String rows = operand == 0 ? AttentionSpace.QUERY : operand == 1 ? AttentionSpace.KEY : OperandLoader.DEPTH;
    String columns = operand == 2 ? AttentionSpace.COLUMN : OperandLoader.DEPTH;
    List<IndexExpr> at = new ArrayList<>();
    for (int axis = 0; axis < shape.rank() - 2; axis++) {
      at.add(IndexExpr.variable(WarpgroupAttention.axis(axis), shape.dim(axis)));
    }
    at.add(IndexExpr.variable(rows, operand == 0 ? space.queries() : space.keys()));
    at.add(IndexExpr.variable(columns, Dim.of(operand == 2 ? space.width() : space.depth())));
    return OperandSource.of(value, at, buffers.arguments(), definitions)
        .filter(OperandSource::asItIs)
        .filter(source -> source.memory().type().format().equals(WarpgroupAttention.format(tile, operand)))
        .flatMap(source -> MappedOperand.of(
            source.memory().elements(), source.memory().type(), source.at(), columns, rows, symbols))
        .filter(map -> map.variables().size() <= MOST_DIMENSIONS);
  }
}
