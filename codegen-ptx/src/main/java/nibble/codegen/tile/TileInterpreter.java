package nibble.codegen.tile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.tile.op.Launch;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;

/**
 * Runs tile programs block by block, in f64: the meaning that PTX is generated from, with no threads and no layouts.
 */
public final class TileInterpreter implements TileMachine {
  private final Map<String, Long> sizes;
  private final Map<Value, TileValue> values = new HashMap<>();
  private final int[] block;

  private TileInterpreter(Map<String, Long> sizes, int... block) {
    this.sizes = sizes;
    this.block = block;
  }

  /**
   * Runs a program for each block of its grid.
   *
   * @param buffers one for each parameter; stores change them
   * @param sizes values of symbolic sizes
   */
  public static void run(Function program, List<TileValue.Buffer> buffers, Map<String, Long> sizes) {
    Launch launch = (Launch) program.body().operations().getFirst().op();
    long[] grid = launch.grid().stream().mapToLong(extent -> extent.evaluate(sizes)).toArray();
    for (int z = 0; z < grid[2]; z++) {
      for (int y = 0; y < grid[1]; y++) {
        for (int x = 0; x < grid[0]; x++) {
          new TileInterpreter(sizes, x, y, z).run(program.body(), List.copyOf(buffers));
        }
      }
    }
  }

  @Override
  public List<TileValue> run(Block region, List<? extends TileValue> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      values.put(region.arguments().get(i), arguments.get(i));
    }
    for (Operation operation : region.operations()) {
      List<TileValue> operands = new ArrayList<>();
      operation.operands().forEach(operand -> operands.add(values.get(operand)));
      List<TileValue> results = ((TileOp) operation.op()).run(operands, this, operation);
      for (int i = 0; i < results.size(); i++) {
        values.put(operation.results().get(i), results.get(i));
      }
    }
    List<TileValue> results = new ArrayList<>();
    region.results().forEach(result -> results.add(values.get(result)));
    return results;
  }

  @Override
  public int programId(int axis) {
    return block[axis];
  }

  @Override
  public Map<String, Long> sizes() {
    return sizes;
  }
}
