package nibble.codegen.kernel;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.GlobalMemory.Guard;
import nibble.codegen.kernel.Grid2.Extent;
import nibble.codegen.layout.BlockedLayout;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.op.Launch;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Rounding;
import nibble.ir.layout.SparseLayouts;
import nibble.ir.layout.StoredArray;
import nibble.ir.op.Kernel;
import nibble.ir.op.Prune;
import nibble.ir.shape.Dim;
import nibble.ir.shape.SymbolBounds;

/**
 * Kernels that prune activations to 2:4 and compress them. A thread has whole groups; six comparisons of magnitudes tell which two
 * elements are the largest, the later of equal ones. Metadata is stored in the order in which matrix instructions take it.
 */
public final class PruneKernel implements KernelGenerator {
  private static final String ROW = "row";
  private static final String GROUP = "group";
  private static final int WARPS = 4;
  /** Rows and groups of a block: whole tiles of metadata. */
  private static final int TILE = 32;
  private static final int SIZE = 4;
  private static final int KEPT = 2;

  @Override
  public String name() {
    return "prune";
  }

  @Override
  public Optional<KernelProgram> generate(Operation kernel, ImmutableMap<String, SymbolBounds> symbols) {
    return kernel.regions().getFirst().operations().stream()
        .filter(operation -> operation.op() instanceof Prune)
        .findFirst()
        .map(prune -> new Generation(kernel, prune, symbols).run());
  }

  private static void expectSupported(Prune prune, TensorType type) {
    boolean fits = type.rank() == 2 && prune.axis() == 1 && prune.layout().equals(new SparseLayouts.NOfM(KEPT, SIZE))
        && type.format().storageBits() == Short.SIZE;
    if (!fits) {
      throw new UnsupportedAccess("no kernel prunes " + type + " to " + prune.layout().text() + " along axis "
          + prune.axis() + "; they prune matrices of f16 or bf16 to 2:4 along the last axis");
    }
  }

  /** The making of one program. */
  private static final class Generation {
    private final Operation kernel;
    private final Operation prune;
    private final Dim rows;
    private final Dim groups;
    private final ImmutableMap<String, SymbolBounds> symbols;
    private final TileBuilder builder = new TileBuilder();
    private final KernelBuffers buffers;
    private ElementEmitter emitter;

    private Generation(Operation kernel, Operation prune, ImmutableMap<String, SymbolBounds> symbols) {
      TensorType type = prune.result().tensorType();
      expectSupported((Prune) prune.op(), type);
      this.kernel = kernel;
      this.prune = prune;
      this.rows = type.shape().dim(0);
      this.groups = type.shape().last().dividedBy(Dim.of(SIZE)).orElseThrow();
      this.symbols = symbols;
      this.buffers = KernelBuffers.declareCompressed(builder, kernel.regions().getFirst());
    }

    private KernelProgram run() {
      builder.at(kernel.location());
      builder.effect(new Launch(ImmutableList.of(rows.ceilDiv(TILE), groups.ceilDiv(TILE), Dim.ONE), WARPS));
      Value rowTile = builder.programId(0);
      Value groupTile = builder.programId(1);
      Grid2 plain = new Grid2(
          BlockedLayout.of(new int[] {1, 1}, new int[] {1, TILE}, new int[] {WARPS, 1}, 1, 0).toLayout(TILE, TILE),
          ROW, GROUP, ImmutableMap.of());
      Grid2 grid = plain.with(ImmutableMap.of(
          ROW, plain.along(builder, ROW, builder.apply(Scalar.MUL, rowTile, builder.number(TILE))),
          GROUP, plain.along(builder, GROUP, builder.apply(Scalar.MUL, groupTile, builder.number(TILE)))));
      GlobalMemory memory = new GlobalMemory(builder, grid, guards(), symbols);
      Block region = kernel.regions().getFirst();
      emitter = new ElementEmitter(grid, builder, memory, region, buffers.arguments());
      List<Value> elements = IntStream.range(0, SIZE).mapToObj(this::element).toList();
      KeptPair kept = KeptPair.of(builder, elements);
      MetadataWords words = new MetadataWords(builder, grid, rowTile, groupTile, symbols);
      for (int i = 0; i < region.results().size(); i++) {
        Value result = region.results().get(i);
        Memory target = buffers.results().get(i);
        if (result.equals(prune.result())) {
          storeDense(target, kept);
        } else {
          store(target, kept.elements(), KEPT);
          words.store(target.parts().get(StoredArray.METADATA), rows, groups, kept.code());
        }
      }
      String label = ((Kernel) kernel.op()).label();
      return new KernelProgram(new Function(label, builder.block().build(), kernel.location()), buffers.parameters());
    }

    private ImmutableList<Guard> guards() {
      ImmutableList.Builder<Guard> guards = ImmutableList.builder();
      if (rows.dividedBy(Dim.of(TILE)).isEmpty()) {
        guards.add(Guard.of(ROW, rows));
      }
      if (groups.dividedBy(Dim.of(TILE)).isEmpty()) {
        guards.add(Guard.of(GROUP, groups));
      }
      return guards.build();
    }

    /** Coordinates of an element of each group, of which so many lie in a row. */
    private List<IndexExpr> at(int element, int size) {
      return List.of(
          IndexExpr.variable(ROW, rows), IndexExpr.variable(GROUP, groups).times(Dim.of(size)).plus(IndexExpr.of(element)));
    }

    /** An element of each group; 0 outside of the tensor, whose codes are those of groups of zeros. */
    private Value element(int index) {
      Value element = emitter.value(prune.operand(0), at(index, SIZE));
      return emitter.grid().spread(builder, emitter.memory().zeroOutside(element), new Extent(true, true));
    }

    private void store(Memory target, List<Value> elements, int size) {
      TensorType type = target.type();
      for (int i = 0; i < size; i++) {
        Value stored = builder.cast(elements.get(i), type.format(), Rounding.NEAREST_EVEN);
        emitter.memory().store(
            target.elements(), type.shape().with(1, groups.times(Dim.of(size))), at(i, size), stored);
      }
    }

    private void storeDense(Memory target, KeptPair kept) {
      List<Value> elements = new ArrayList<>();
      for (int i = 0; i < SIZE; i++) {
        elements.add(builder.apply(Scalar.SELECT, kept.isKept().get(i), kept.all().get(i), builder.real(0)));
      }
      store(target, elements, SIZE);
    }
  }
}
