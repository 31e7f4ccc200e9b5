package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;
import nibble.ir.format.Formats;

/**
 * A loop in which data is fetched some iterations before it is used. Operands: number of iterations, carried values.
 * The first region takes the iteration and its stage, and fills that stage of shared memory; the second takes these and
 * the carried values, reads the stage, and yields the next carried values. {@link nibble.codegen.tile.ExpandPipeline}
 * turns it into an ordinary loop.
 *
 * <p>Where a third region is behind, one iteration more is fetched, which this uses instead of the second one, also
 * where there is no other. So an iteration may fetch some of what the one before it goes on with.
 *
 * @param stages how many stages of shared memory there are: data is fetched {@code stages - 1} iterations ahead
 * @param draining whether there is a third region
 * @param registers how many a thread that uses data is to have, where these are more than its share: threads that fetch
 *     give up theirs
 */
@OpInfo(name = "pipeline", summary = "a loop that fetches data some iterations ahead")
public record Pipeline(
    int stages, Optional<Boolean> draining, Optional<Integer> registers) implements TileOp {
  private static final int LAST = 2;

  /** One of two regions. */
  public Pipeline(int stages) {
    this(stages, Optional.empty(), Optional.empty());
  }

  public Pipeline {
    if (stages < 2) {
      throw new IllegalArgumentException("a pipeline has at least two stages");
    }
  }

  /**
   * Whether tensor copies fill its stages. Then a warp of its own does nothing but start them, as soon as a stage is
   * free, and each iteration waits for its stage alone: stages are a ring, in which both go round.
   */
  public static boolean isRing(Operation pipeline) {
    return pipeline.regions().getFirst().operations().stream().anyMatch(inner -> inner.op() instanceof CopyTensor);
  }

  /** Whether there is a third region. */
  public boolean drains() {
    return draining.orElse(false);
  }

  @Override
  public int regionCount() {
    return drains() ? LAST + 1 : LAST;
  }

  @Override
  public boolean isPure() {
    return false;
  }

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    expect(operand(operands, 0, TileType.class).isScalar(), "takes a scalar number of iterations");
    return ImmutableList.copyOf(operands.subList(1, operands.size()));
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    List<TileValue> carried = operands.subList(1, operands.size());
    int count = operands.getFirst().data().scalar();
    for (int i = 0; i < (drains() ? count + 1 : count); i++) {
      TileValue counter = number(i);
      TileValue stage = number(i % stages);
      machine.run(operation.regions().get(0), List.of(counter, stage));
      List<TileValue> arguments = new ArrayList<>(List.of(counter, stage));
      arguments.addAll(carried);
      carried = machine.run(operation.regions().get(i < count ? 1 : LAST), arguments);
    }
    return carried;
  }

  private static TileValue number(int value) {
    return TileValue.Data.generate(TileType.scalar(Formats.I32), i -> value);
  }
}
