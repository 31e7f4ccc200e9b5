package nibble.codegen.tile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.tile.op.Apply;
import nibble.codegen.tile.op.Barrier;
import nibble.codegen.tile.op.CommitCopies;
import nibble.codegen.tile.op.Fill;
import nibble.codegen.tile.op.Guard;
import nibble.codegen.tile.op.Loop;
import nibble.codegen.tile.op.Pipeline;
import nibble.codegen.tile.op.ProxyFence;
import nibble.codegen.tile.op.WaitCopies;
import nibble.codegen.tile.op.WaitWarpgroupMma;
import nibble.codegen.tile.op.WarpgroupMma;
import nibble.codegen.tile.op.WarpgroupSparseMma;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.shape.SymbolBounds;

/**
 * Turns a pipeline of S stages into a loop that fetches S-1 iterations ahead:
 *
 * <pre>
 * %c = pipeline %n, %c0 {stages = S} do (%i, %s) { fetch } do (%i, %s, %c) { use; yield %c1 }
 * ==&gt;
 * for s in 0..S-1: guard s &lt; %n { fetch(s, s) }; commit_copies
 * %c, ... = loop %n, %c0, 0, S-1 do (%i, %c, %use, %fill) {
 *   wait_copies {pending = S-2}; barrier
 *   guard %i + S-1 &lt; %n { fetch(%i + S-1, %fill) }; commit_copies
 *   use(%i, %use)
 *   yield %c1, next(%use), next(%fill)
 * }
 * wait_copies {pending = 0}; barrier
 * </pre>
 *
 * Where S is a power of two, iterations tell their stages by their lowest bits, and none is carried.
 *
 * <p>The one barrier of an iteration does two things: it makes the copies that have been waited for visible to all
 * threads, and it says that all threads are done with the stage that is filled next, which was used in the iteration
 * before. Where warpgroups read the stage by descriptors, a {@code proxy_fence} stands before it, and the copies are
 * started while they multiply: ahead of {@code wait_warpgroup_mma}. Pipelines that tensor copies fill stay as they are:
 * threads of their own start these copies, and nobody waits for the block.
 */
public final class ExpandPipeline implements Rewrite {
  /** A program without pipelines, and with what does not change in a loop before it. */
  public static Function of(Function program, ImmutableMap<String, SymbolBounds> symbols) {
    return HoistInvariants.apply(new RewriteDriver(new ExpandPipeline()).apply(program, symbols));
  }

  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Pipeline pipeline) || Pipeline.isRing(operation)) {
      return Optional.empty();
    }
    if (pipeline.drains()) {
      throw new IllegalStateException("only tensor copies fill a pipeline of three regions");
    }
    return Optional.of(new Expansion(operation, pipeline.stages(), context.builder()).build());
  }

  private record Expansion(Operation operation, int stages, BlockBuilder builder) {
    ImmutableList<Value> build() {
      Value count = operation.operand(0);
      for (int s = 0; s < stages - 1; s++) {
        Value stage = number(builder, s);
        guarded(builder, builder.add(new Apply(Scalar.LT), stage, count), stage, stage);
        builder.add(new CommitCopies(), List.of(), List.of());
      }
      List<Value> initial = new ArrayList<>(operation.operands());
      if (!tellsStages()) {
        initial.add(number(builder, 0));
        initial.add(number(builder, stages - 1));
      }
      Block body = builder.nested(inner -> iteration(inner, count));
      Operation loop = builder.add(new Loop(1), initial, List.of(body));
      // Shared memory may be used for something else from here on.
      builder.add(new WaitCopies(0), List.of(), List.of());
      builder.add(new Barrier(), List.of(), List.of());
      return loop.results().subList(0, operation.results().size());
    }

    /** Whether an iteration tells its stage by its lowest bits. */
    private boolean tellsStages() {
      return Integer.bitCount(stages) == 1;
    }

    private List<Value> iteration(BlockBuilder inner, Value count) {
      Value index = inner.argument(TileType.scalar(Formats.I32));
      List<Value> carried = new ArrayList<>();
      for (Value value : operation.operands().subList(1, operation.operands().size())) {
        carried.add(inner.argument(value.type()));
      }
      // The stage that is used and the one that is filled, where they are carried.
      List<Value> stagesNow = tellsStages() ? List.of()
          : List.of(inner.argument(TileType.scalar(Formats.I32)), inner.argument(TileType.scalar(Formats.I32)));
      Value use = tellsStages() ? stageOf(inner, index) : stagesNow.getFirst();
      inner.add(new WaitCopies(stages - 2), List.of(), List.of());
      if (operation.regions().get(1).operations().stream()
          .anyMatch(user -> user.op() instanceof WarpgroupMma || user.op() instanceof WarpgroupSparseMma)) {
        inner.add(new ProxyFence(), List.of(), List.of());
      }
      inner.add(new Barrier(), List.of(), List.of());
      Block region = operation.regions().get(1);
      List<Value> arguments = new ArrayList<>(List.of(index, use));
      arguments.addAll(carried);
      Map<Value, Value> values = bind(region, arguments);
      int started = beforeWait(region);
      inline(inner, region.operations().subList(0, started), values);
      Value ahead = inner.add(new Apply(Scalar.ADD), index, number(inner, stages - 1));
      Value fetches = inner.add(new Apply(Scalar.LT), ahead, count);
      guarded(inner, fetches, ahead, tellsStages() ? stageOf(inner, ahead) : stagesNow.getLast());
      inner.add(new CommitCopies(), List.of(), List.of());
      inline(inner, region.operations().subList(started, region.operations().size()), values);
      List<Value> results = new ArrayList<>(region.results().stream().map(v -> values.getOrDefault(v, v)).toList());
      stagesNow.forEach(stage -> results.add(next(inner, stage)));
      return results;
    }

    private Value stageOf(BlockBuilder into, Value iteration) {
      return into.add(new Apply(Scalar.MODULO), iteration, number(into, stages));
    }

    private void guarded(BlockBuilder into, Value condition, Value index, Value stage) {
      Block fetch = into.nested(inner -> {
        Block region = operation.regions().get(0);
        inline(inner, region.operations(), bind(region, List.of(index, stage)));
        return List.of();
      });
      into.add(new Guard(), List.of(condition), List.of(fetch));
    }

    private Value next(BlockBuilder into, Value stage) {
      Value plus = into.add(new Apply(Scalar.ADD), stage, number(into, 1));
      Value wraps = into.add(new Apply(Scalar.EQ), plus, number(into, stages));
      return into.add(new Apply(Scalar.SELECT), wraps, number(into, 0), plus);
    }

    private static Value number(BlockBuilder into, int value) {
      return into.add(new Fill(value, TileType.scalar(Formats.I32)));
    }

    /** How many operations of a region start what its first {@code wait_warpgroup_mma} waits for; 0 without one. */
    private static int beforeWait(Block region) {
      for (int i = 0; i < region.operations().size(); i++) {
        if (region.operations().get(i).op() instanceof WaitWarpgroupMma) {
          return i;
        }
      }
      return 0;
    }

    private static Map<Value, Value> bind(Block region, List<Value> arguments) {
      Map<Value, Value> values = new HashMap<>();
      for (int i = 0; i < arguments.size(); i++) {
        values.put(region.arguments().get(i), arguments.get(i));
      }
      return values;
    }

    /** Appends a copy of operations of a region, with fresh names, which are added to the values. */
    private static void inline(BlockBuilder into, List<Operation> operations, Map<Value, Value> values) {
      for (Operation operation : operations) {
        List<Value> operands = operation.operands().stream().map(v -> values.getOrDefault(v, v)).toList();
        List<Block> regions = operation.regions().stream().map(region -> copy(into, region, values)).toList();
        Operation copy = into.at(operation.location()).add(operation.op(), operands, regions);
        for (int i = 0; i < copy.results().size(); i++) {
          values.put(operation.results().get(i), copy.results().get(i));
        }
      }
    }

    private static Block copy(BlockBuilder into, Block region, Map<Value, Value> values) {
      return into.nested(inner -> {
        Map<Value, Value> inside = new HashMap<>(values);
        region.arguments().forEach(argument -> inside.put(argument, inner.argument(argument.type())));
        inline(inner, region.operations(), inside);
        return region.results().stream().map(v -> inside.getOrDefault(v, v)).toList();
      });
    }
  }
}
