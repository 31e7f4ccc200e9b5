package nibble.codegen.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import nibble.codegen.tile.BufferType;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.BlockScaledMma;
import nibble.codegen.tile.op.Launch;
import nibble.codegen.tile.op.Mma;
import nibble.codegen.tile.op.Pipeline;
import nibble.codegen.tile.op.Rescale;
import nibble.codegen.tile.op.Size;
import nibble.codegen.tile.op.SparseMma;
import nibble.codegen.tile.op.StepMma;
import nibble.codegen.tile.op.TensorMap;
import nibble.codegen.tile.op.WarpgroupMma;
import nibble.codegen.tile.op.WarpgroupSparseMma;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.shape.Dim;

/** What a program of Tile IR, its pipelines expanded, asks of its launch. */
record ProgramNeeds(Function program) {
  private static final int LANES = 32;
  private static final int MANY_SUMS = 64;

  /** Warps that hold tiles. */
  int warps() {
    return ((Launch) program.body().operations().getFirst().op()).warps();
  }

  /** Threads of a block: those of the warps, and of those that fill a ring. */
  int threads() {
    return (warps() + ring().map(RingCode::copyingWarps).orElse(0)) * LANES;
  }

  /** The ring that there is to fill. */
  Optional<Pipeline> ring() {
    return program.body().operations().stream()
        .filter(operation -> operation.op() instanceof Pipeline).map(operation -> (Pipeline) operation.op())
        .findFirst();
  }

  /** Whether sums that last take so many registers that loops have few for anything else. */
  boolean rescalesMany() {
    boolean[] many = {false};
    program.body().walk(operation -> many[0] |= operation.op() instanceof Rescale
        && ((TileType) operation.result().type()).registers() >= MANY_SUMS);
    return many[0];
  }

  /** Names of the sizes that it asks for. */
  ImmutableSortedSet<String> sizes() {
    SortedSet<String> symbols = new TreeSet<>();
    program.body().walk(operation -> {
      if (operation.op() instanceof Size(Dim extent)) {
        symbols.addAll(extent.symbols());
      }
    });
    return ImmutableSortedSet.copyOf(symbols);
  }

  /** Its tensor maps, in the order in which it has them. */
  ImmutableList<MapParameter> maps() {
    ImmutableList.Builder<MapParameter> maps = ImmutableList.builder();
    for (Operation operation : program.body().operations()) {
      if (operation.op() instanceof TensorMap map) {
        Value buffer = operation.operand(0);
        maps.add(new MapParameter(
            program.parameters().indexOf(buffer), ((BufferType) buffer.type()).format(), map));
      }
    }
    return maps.build();
  }

  /** Registers of a thread for the sums of all products, or for the largest tile. */
  int largestTiles() {
    AtomicInteger largest = new AtomicInteger(sums());
    program.body().walk(operation -> operation.results().forEach(result -> {
      if (result.type() instanceof TileType tile) {
        largest.accumulateAndGet(tile.registers(), Math::max);
      }
    }));
    return largest.get();
  }

  /** Registers for what products are added to: each tile counts once that is not the sum of another product. */
  private int sums() {
    Map<Value, Integer> sums = new HashMap<>();
    program.body().walk(operation -> {
      if (multiplies(operation) && operation.operand(0).type() instanceof TileType tile) {
        sums.put(operation.operand(0), tile.registers());
      }
    });
    program.body().walk(operation -> {
      if (multiplies(operation)) {
        sums.remove(operation.result());
      }
    });
    return sums.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Whether an operation adds a matrix product to its first operand. */
  static boolean multiplies(Operation operation) {
    return switch (operation.op()) {
      case Mma mma -> true;
      case StepMma mma -> true;
      case BlockScaledMma mma -> true;
      case SparseMma mma -> true;
      case WarpgroupMma mma -> true;
      case WarpgroupSparseMma mma -> true;
      default -> false;
    };
  }
}
