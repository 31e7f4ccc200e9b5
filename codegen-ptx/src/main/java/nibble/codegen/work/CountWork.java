package nibble.codegen.work;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import nibble.codegen.layout.Dimension;
import nibble.codegen.target.TensorRate;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.codegen.tile.op.Apply;
import nibble.codegen.tile.op.BlockScaledMma;
import nibble.codegen.tile.op.CopyAsync;
import nibble.codegen.tile.op.CopyTensor;
import nibble.codegen.tile.op.Expand;
import nibble.codegen.tile.op.Guard;
import nibble.codegen.tile.op.Launch;
import nibble.codegen.tile.op.Load;
import nibble.codegen.tile.op.Loop;
import nibble.codegen.tile.op.Mma;
import nibble.codegen.tile.op.Pipeline;
import nibble.codegen.tile.op.SharedAlloc;
import nibble.codegen.tile.op.SparseMma;
import nibble.codegen.tile.op.StepMma;
import nibble.codegen.tile.op.Store;
import nibble.codegen.tile.op.TensorMap;
import nibble.codegen.tile.op.WaitCopies;
import nibble.codegen.tile.op.WarpGuard;
import nibble.codegen.tile.op.WarpgroupMma;
import nibble.codegen.tile.op.WarpgroupSparseMma;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.format.Formats;

/**
 * Counts what a block of a tile program does, by running through it: counters, indices and masks as they are, data not
 * at all. Loops go round as often as the sizes say, of which some iterations at either end are looked at; a branch on
 * data counts as taken, of a choice by data the larger number. Of a mask that is too large to be looked at, the share
 * of true elements is that of what it is made of.
 */
public final class CountWork implements TileMachine {
  /** Tiles of so many elements are computed. */
  private static final int SMALL = 1024;
  private static final int LOOP_INSTRUCTIONS = 3;
  /** Iterations that are gone through at either end of a long loop. */
  private static final int EITHER_END = 4;

  private final Map<String, Long> sizes;
  private final Launch launch;
  private final NeededShares needed;
  private final Map<Value, TileValue.Data> known = new HashMap<>();
  private final Map<Value, Double> trueShares = new HashMap<>();
  private final Map<Value, TensorMap> maps = new HashMap<>();
  private final Map<Operation, OpWork> costs = new IdentityHashMap<>();
  private final Map<TensorRate, Double> multiplyAdds = new EnumMap<>(TensorRate.class);
  /** How often what is counted happens. */
  private double times = 1;
  private boolean warpgroups;
  private boolean sparse;
  private double global;
  private double shared;
  private double instructions;
  private double waits;
  private double trips;
  private int sharedMemory;
  private int accumulators;

  private CountWork(Function program, Map<String, Long> sizes) {
    this.sizes = sizes;
    this.launch = (Launch) program.body().operations().getFirst().op();
    this.needed = NeededShares.of(program);
  }

  /**
   * Counts.
   *
   * @param program of Tile IR, pipelines expanded
   * @param sizes values of symbolic sizes
   */
  public static TileWork of(Function program, Map<String, Long> sizes) {
    CountWork counting = new CountWork(program, sizes);
    counting.run(program.body());
    long blocks = counting.launch.grid().stream().mapToLong(extent -> extent.evaluate(sizes))
        .reduce(1, (a, b) -> a * b);
    int warps = counting.launch.warps();
    return new TileWork(
        blocks, warps, ImmutableMap.copyOf(counting.multiplyAdds), counting.warpgroups, counting.sparse,
        counting.global, counting.shared, counting.instructions * warps, counting.waits, counting.trips,
        counting.sharedMemory, counting.accumulators);
  }

  private void run(Block block) {
    block.operations().forEach(this::run);
    boolean loads = block.operations().stream().anyMatch(operation -> operation.op() instanceof Load);
    trips += loads ? times : 0;
  }

  private void run(Operation operation) {
    add(costs.computeIfAbsent(operation, one -> OpWork.of(one, launch.warps()).needed(needed.of(one)))
        .masked(mask(operation), operation.op()));
    switch (operation.op()) {
      case Loop(int step) -> loop(operation, step);
      case Pipeline pipeline -> ring(operation, pipeline);
      case Guard _ -> guard(operation);
      case WarpGuard _ -> inWarps(operation);
      case WaitCopies(int pending) -> waits += times / (pending + 1);
      case SharedAlloc(SharedType type) -> sharedMemory += type.bytes();
      case TensorMap map -> maps.put(operation.result(), map);
      case WarpgroupMma _ -> {
        warpgroups = true;
        sums(operation);
      }
      case WarpgroupSparseMma _ -> {
        warpgroups = true;
        sparse = true;
        sums(operation);
      }
      case Mma _ -> sums(operation);
      case BlockScaledMma _ -> sums(operation);
      case StepMma _ -> sums(operation);
      case SparseMma _ -> {
        sparse = true;
        sums(operation);
      }
      default -> evaluate(operation);
    }
  }

  private void add(OpWork work) {
    work.rate().ifPresent(rate -> multiplyAdds.merge(rate, times * work.multiplyAdds(), Double::sum));
    global += times * work.global();
    shared += times * work.shared();
    instructions += times * work.instructions();
  }

  private void sums(Operation operation) {
    accumulators = Math.max(accumulators, ((TileType) operation.operand(0).type()).registers());
  }

  private void loop(Operation operation, int step) {
    Block region = operation.regions().getFirst();
    double end = scalar(operation.operand(0)).orElse(1.0);
    List<Optional<TileValue.Data>> carried = values(operation.operands().subList(1, operation.operands().size()));
    for (Turn turn : turns((int) Math.ceil(end / step))) {
      List<Optional<TileValue.Data>> arguments = new ArrayList<>();
      arguments.add(Optional.of(number(turn.index * step)));
      arguments.addAll(carried);
      carried = turn(turn, region, arguments);
    }
    bind(operation.results(), carried);
  }

  /** Each iteration waits for its stage alone, and all of the others are under way. */
  private void ring(Operation operation, Pipeline pipeline) {
    int stages = pipeline.stages();
    int count = scalar(operation.operand(0)).map(Double::intValue).orElse(1);
    List<Optional<TileValue.Data>> carried = values(operation.operands().subList(1, operation.operands().size()));
    for (Turn turn : turns(count)) {
      carried = stage(operation, turn, stages, 1, carried);
    }
    if (pipeline.drains()) {
      carried = stage(operation, new Turn(count, 1), stages, 2, carried);
    }
    waits += times * (1 + count / (stages - 1.0));
    bind(operation.results(), carried);
  }

  private List<Optional<TileValue.Data>> stage(
      Operation ring, Turn turn, int stages, int use, List<Optional<TileValue.Data>> carried) {
    List<Optional<TileValue.Data>> arguments =
        new ArrayList<>(List.of(Optional.of(number(turn.index)), Optional.of(number(turn.index % stages))));
    turn(turn, ring.regions().getFirst(), arguments);
    arguments.addAll(carried);
    return turn(turn, ring.regions().get(use), arguments);
  }

  /**
   * An iteration of a loop.
   *
   * @param index its number
   * @param like for how many iterations it stands
   */
  private record Turn(int index, int like) {}

  /** All iterations of a short loop; of a long one those at either end, one of which stands for those between. */
  private static List<Turn> turns(int count) {
    int skipped = count - 2 * EITHER_END;
    return IntStream.range(0, count).filter(i -> i < EITHER_END || i >= EITHER_END + skipped)
        .mapToObj(i -> new Turn(i, i == EITHER_END - 1 && skipped > 0 ? 1 + skipped : 1)).toList();
  }

  private List<Optional<TileValue.Data>> turn(Turn turn, Block region, List<Optional<TileValue.Data>> arguments) {
    double outside = times;
    times *= turn.like;
    instructions += times * LOOP_INSTRUCTIONS;
    List<Optional<TileValue.Data>> results = through(region, arguments);
    times = outside;
    return results;
  }

  private void guard(Operation operation) {
    List<Optional<TileValue.Data>> carried = values(operation.operands().subList(1, operation.operands().size()));
    boolean taken = scalar(operation.operand(0)).map(condition -> condition != 0).orElse(true);
    bind(operation.results(), taken ? through(operation.regions().getFirst(), carried) : carried);
  }

  /** How many warps take it depends on data: all of them. */
  private void inWarps(Operation operation) {
    bind(operation.results(), through(operation.regions().getFirst(), values(operation.operands().subList(1, 2))));
  }

  private List<Optional<TileValue.Data>> through(Block region, List<Optional<TileValue.Data>> arguments) {
    bind(region.arguments(), arguments);
    run(region);
    return values(region.results());
  }

  private List<Optional<TileValue.Data>> values(List<Value> values) {
    return values.stream().map(value -> Optional.ofNullable(known.get(value))).toList();
  }

  private void bind(List<Value> names, List<Optional<TileValue.Data>> values) {
    for (int i = 0; i < names.size(); i++) {
      Value name = names.get(i);
      values.get(i).ifPresentOrElse(value -> known.put(name, value), () -> known.remove(name));
    }
  }

  private static TileValue.Data number(int value) {
    return TileValue.Data.generate(TileType.scalar(Formats.I32), i -> value);
  }

  private Optional<Double> scalar(Value value) {
    return Optional.ofNullable(known.get(value)).filter(data -> data.elements().length == 1)
        .map(data -> data.elements()[0]);
  }

  /** Small indices and truth values, where all of their operands are known. */
  private void evaluate(Operation operation) {
    if (operation.results().size() != 1) {
      return;
    }
    Value result = operation.result();
    known.remove(result);
    trueShares.remove(result);
    if (!(operation.result().type() instanceof TileType type) || !isIndex(type) || !operation.regions().isEmpty()) {
      return;
    }
    List<TileValue> operands = new ArrayList<>();
    operation.operands().forEach(operand -> Optional.ofNullable(known.get(operand)).ifPresent(operands::add));
    boolean all = operands.size() == operation.operands().size() && operation.op().isPure()
        && !(operation.op() instanceof Load);
    if (all && type.size() <= SMALL) {
      known.put(result, ((TileOp) operation.op()).run(operands, this, operation).getFirst().data());
    } else if (type.isScalar() && operation.op() instanceof Apply(Scalar function) && function == Scalar.SELECT) {
      larger(operation).ifPresent(value -> known.put(result, value));
    } else if (type.format().equals(Formats.BOOL)) {
      shareOf(operation).ifPresent(share -> trueShares.put(result, share));
    }
  }

  /** Of a choice by data, such as how often a loop goes round for an expert, the larger number. */
  private Optional<TileValue.Data> larger(Operation select) {
    return Stream.of(select.operand(1), select.operand(2)).allMatch(known::containsKey)
        ? Stream.of(select.operand(1), select.operand(2)).map(known::get)
            .max(Comparator.comparingDouble(data -> data.elements()[0]))
        : Optional.empty();
  }

  private static boolean isIndex(TileType type) {
    return type.format().equals(Formats.I32) || type.format().equals(Formats.BOOL);
  }

  /** Masks of rows and of columns are independent. */
  private Optional<Double> shareOf(Operation operation) {
    return switch (operation.op()) {
      case Expand _ -> Optional.of(trueShare(operation.operand(0)));
      case Apply(Scalar function) when function == Scalar.AND ->
          Optional.of(trueShare(operation.operand(0)) * trueShare(operation.operand(1)));
      default -> Optional.empty();
    };
  }

  private double trueShare(Value mask) {
    TileValue.Data data = known.get(mask);
    if (data == null) {
      return trueShares.getOrDefault(mask, 1.0);
    }
    double sum = 0;
    for (double element : data.elements()) {
      sum += element;
    }
    return sum / data.elements().length;
  }

  /** The share of an access that is not masked away. */
  private double mask(Operation operation) {
    return switch (operation.op()) {
      case Load _ -> operation.operands().size() > 2 ? trueShare(operation.operand(2)) : 1;
      case Store _ -> operation.operands().size() > 3 ? trueShare(operation.operand(3)) : 1;
      case CopyAsync _ -> operation.operands().size() > 4 ? trueShare(operation.operand(4)) : 1;
      case CopyTensor _ -> insideOfMap(operation);
      default -> 1;
    };
  }

  /** The share of a tile that lies inside of its tensor. */
  private double insideOfMap(Operation operation) {
    TensorMap map = maps.get(operation.operand(0));
    SharedType tile = (SharedType) operation.operand(1).type();
    double share = 1;
    for (int axis = 0; map != null && axis < 2; axis++) {
      double extent = map.extents().get(axis).evaluate(sizes);
      double wanted = tile.layout().layout().outputSize(Dimension.tensor(1 - axis));
      double first = scalar(operation.operand(3 + axis)).orElse(0.0);
      share *= Math.clamp((extent - first) / wanted, 0, 1);
    }
    return share;
  }

  @Override
  public int programId(int axis) {
    return Math.toIntExact(launch.grid().get(axis).evaluate(sizes) / 2);
  }

  @Override
  public Map<String, Long> sizes() {
    return sizes;
  }

  @Override
  public List<TileValue> run(Block region, List<? extends TileValue> arguments) {
    throw new IllegalStateException("operations with regions are gone through, not evaluated");
  }}
