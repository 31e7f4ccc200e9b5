package nibble.codegen.tile;

import java.util.List;
import java.util.Map;
import nibble.ir.Block;

/** What ops ask while one block of threads is interpreted. */
public interface TileMachine {
  /** Index of the block along an axis of the grid. */
  int programId(int axis);

  /** Values of symbolic sizes. */
  Map<String, Long> sizes();

  /** Runs a region. */
  List<TileValue> run(Block region, List<? extends TileValue> arguments);
}
