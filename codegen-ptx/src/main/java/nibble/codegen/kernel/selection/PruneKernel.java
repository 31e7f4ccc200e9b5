package nibble.codegen.kernel.selection;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.ElementEmitter;
import nibble.codegen.kernel.GlobalMemory;
import nibble.codegen.kernel.GlobalMemory.Guard;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.Grid2.Extent;
import nibble.codegen.kernel.KernelBuffers;
import nibble.codegen.kernel.KernelGenerator;
import nibble.codegen.kernel.KernelProgram;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.kernel.UnsupportedAccess;
import nibble.codegen.layout.BlockedLayout;
import nibble.codegen.layout.LinearLayout;
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
 * Kernels that prune activations to 2:4 and compress them. A thread has whole groups; six comparisons of magnitudes
 * tell which two elements are the largest, the later of equal ones. Metadata is stored in the order in which matrix
 * instructions take it.
 */
public final class PruneKernel implements KernelGenerator {
  private static final String ROW = "row";
  private static final String COLUMN = "column";
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
    private Value rowTile;
    private Value groupTile;

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
      rowTile = builder.programId(0);
      groupTile = builder.programId(1);
      Block region = kernel.regions().getFirst();
      Grid2 grid = grid(SIZE);
      ElementEmitter emitter = new ElementEmitter(grid, builder, memory(grid, SIZE), region, buffers.arguments());
      Value x = grid.spread(builder, emitter.value(prune.operand(0), at(SIZE)), new Extent(true, true));
      // Beyond the tensor are groups of zeros, whose codes metadata is filled up with.
      GroupElements groupsOf = new GroupElements(builder, TILE);
      KeptPair kept = KeptPair.of(builder, groupsOf.split(emitter.memory().zeroOutside(x), SIZE));
      for (int i = 0; i < region.results().size(); i++) {
        Memory target = buffers.results().get(i);
        if (region.results().get(i).equals(prune.result())) {
          store(target, groupsOf.join(kept.masked(), layout(SIZE)), SIZE);
        } else {
          store(target, groupsOf.join(kept.elements(), layout(KEPT)), KEPT);
          new MetadataWords(builder, rowTile, groupTile, symbols)
              .store(target.parts().get(StoredArray.METADATA), rows, groups, kept.code());
        }
      }
      String label = ((Kernel) kernel.op()).label();
      return new KernelProgram(new Function(label, builder.block().build(), kernel.location()), buffers.parameters());
    }

    /** Rows by elements, of which a thread has so many of each group, next to each other. */
    private static LinearLayout layout(int size) {
      return BlockedLayout.of(new int[] {1, size}, new int[] {1, TILE}, new int[] {WARPS, 1}, 1, 0)
          .toLayout(TILE, TILE * size);
    }

    private Grid2 grid(int size) {
      Grid2 plain = new Grid2(layout(size), ROW, COLUMN, ImmutableMap.of());
      return plain.with(ImmutableMap.of(
          ROW, plain.along(builder, ROW, builder.apply(Scalar.MUL, rowTile, builder.number(TILE))),
          COLUMN, plain.along(builder, COLUMN, builder.apply(Scalar.MUL, groupTile, builder.number(TILE * size)))));
    }

    private GlobalMemory memory(Grid2 grid, int size) {
      ImmutableList.Builder<Guard> guards = ImmutableList.builder();
      if (rows.dividedBy(Dim.of(TILE)).isEmpty()) {
        guards.add(Guard.of(ROW, rows));
      }
      if (groups.dividedBy(Dim.of(TILE)).isEmpty()) {
        guards.add(Guard.of(COLUMN, groups.times(Dim.of(size))));
      }
      return new GlobalMemory(builder, grid, guards.build(), symbols);
    }

    private List<IndexExpr> at(int size) {
      return List.of(IndexExpr.variable(ROW, rows), IndexExpr.variable(COLUMN, groups.times(Dim.of(size))));
    }

    /** Stores a tile of so many elements of each group. */
    private void store(Memory target, Value elements, int size) {
      TensorType type = target.type();
      Value stored = builder.cast(elements, type.format(), Rounding.NEAREST_EVEN);
      memory(grid(size), size).store(
          target.elements(), type.shape().with(1, groups.times(Dim.of(size))), at(size), stored);
    }
  }
}
