package nibble.codegen.kernel.attention;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.GlobalMemory;
import nibble.codegen.kernel.GlobalMemory.Guard;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.Grid2.Index;
import nibble.codegen.kernel.KernelBuffers;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.kernel.operand.OperandLoader;
import nibble.codegen.kernel.operand.ProductFormat;
import nibble.codegen.kernel.operand.ProductTile;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.TileRename;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.shape.Dim;
import nibble.ir.shape.SymbolBounds;

/**
 * Scales of groups of an attention's operands, which instructions apply. They come as their codes do: by way of shared
 * memory, those of queries once, those of keys and values with each tile.
 */
final class AttentionScales {
  private final AttentionSpace space;
  private final AttentionTile tile;
  private final ImmutableMap<String, SymbolBounds> symbols;
  private final List<Part> parts;

  /** The scales of one operand. */
  private record Part(
      Memory memory, OperandLoader loader, ImmutableList<IndexExpr> at, ImmutableList<Guard> guards) {}

  private AttentionScales(
      AttentionSpace space, AttentionTile tile, KernelBuffers buffers, ImmutableMap<String, SymbolBounds> symbols) {
    this.space = space;
    this.tile = tile;
    this.symbols = symbols;
    this.parts = List.of(
        part(0, buffers, tile.ofQueries(), tile.ofQueries().scalesOfLeft(), space.queryGuard()),
        part(1, buffers, tile.ofKeys(), tile.keyScales(), space.keyGuard()),
        part(2, buffers, tile.ofValues(), tile.ofValues().scalesOfRight(),
            Guard.of(AttentionSpace.COLUMN, Dim.of(space.width()))));
  }

  /** Nothing where instructions apply none. */
  static Optional<AttentionScales> of(
      AttentionSpace space, AttentionTile tile, KernelBuffers buffers, ImmutableMap<String, SymbolBounds> symbols) {
    return tile.scores().appliesScales()
        ? Optional.of(new AttentionScales(space, tile, buffers, symbols)) : Optional.empty();
  }

  private Part part(int operand, KernelBuffers buffers, ProductTile product, LinearLayout fragment, Guard outer) {
    Memory memory = buffers.arguments().get(space.operation().operand(operand));
    int rows = fragment.outputs().getFirst().size();
    int groups = fragment.outputs().getLast().size();
    ImmutableList.Builder<Guard> guards = ImmutableList.builder();
    if (outer.bound().dividedBy(Dim.of(rows)).isEmpty()) {
      guards.add(outer);
    }
    if (space.groups(operand).dividedBy(Dim.of(groups)).isEmpty()) {
      guards.add(Guard.of(OperandLoader.DEPTH, space.groups(operand)));
    }
    ImmutableList<IndexExpr> at = space.groupsAt(operand);
    GlobalMemory analysis = new GlobalMemory(null, null, guards.build(), symbols);
    ProductTile scales = new ProductTile(
        ProductFormat.ofBytes(Formats.UE4M3, Formats.UE4M3, false), rows, rows, groups, product.warpsM(), 1,
        product.stages(), false);
    OperandLoader loader = new OperandLoader(
        scales, true, outer.variable(),
        (variable, most) -> analysis.vector(memory.type().scaleType().shape(), at, variable, most), true, 1, fragment);
    return new Part(memory, loader, at, guards.build());
  }

  void allocate(TileBuilder builder) {
    parts.forEach(part -> part.loader.allocate(builder));
  }

  void fetchQueries(TileBuilder builder, Value firstQuery, ImmutableMap<String, Index> outside) {
    fetch(builder, parts.get(0), firstQuery, builder.number(0), outside, builder.number(0));
  }

  /** Starts to bring those of a tile of keys and of its values. */
  void fetch(TileBuilder builder, Value keyTile, ImmutableMap<String, Index> outside, Value stage) {
    Value firstKey = builder.apply(Scalar.MUL, keyTile, builder.number(tile.keys()));
    fetch(builder, parts.get(1), firstKey, builder.number(0), outside, stage);
    Value firstGroup = builder.apply(Scalar.MUL, keyTile, builder.number(tile.keys() / AttentionFormats.GROUP));
    fetch(builder, parts.get(2), builder.number(0), firstGroup, outside, stage);
  }

  private void fetch(
      TileBuilder builder, Part part, Value firstOuter, Value firstGroup, Map<String, Index> outside, Value stage) {
    Grid2 grid = part.loader.grid(builder, firstOuter, firstGroup, ImmutableMap.copyOf(outside));
    GlobalMemory memory = new GlobalMemory(builder, grid, part.guards, symbols);
    Memory scales = new Memory(
        part.memory.type().scaleType(), ImmutableMap.of("elements", part.memory.scales().orElseThrow()));
    if (part.loader.isAsync()) {
      part.loader.copy(memory, scales, part.at, stage);
    } else {
      part.loader.store(builder, grid, memory.load(scales.elements(), scales.type().shape(), part.at), stage);
    }
  }

  Value ofQueries(TileBuilder builder) {
    return parts.get(0).loader.fragment(builder, builder.number(0), 0);
  }

  /** Those of keys, in the order of columns of the product. */
  Value ofKeys(TileBuilder builder, Value stage) {
    Value scales = parts.get(1).loader.fragment(builder, stage, 0);
    return builder.add(
        new TileRename(new TileType(TileBuilder.type(scales).format(), tile.ofKeys().scalesOfRight())), scales);
  }

  Value ofValues(TileBuilder builder, Value stage) {
    return parts.get(2).loader.fragment(builder, stage, 0);
  }
}
