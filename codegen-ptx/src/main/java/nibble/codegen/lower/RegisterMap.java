package nibble.codegen.lower;

import com.google.common.primitives.ImmutableIntArray;
import java.util.HashMap;
import java.util.Map;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.tile.TileType;

/**
 * Where the elements of a thread's registers lie in their tile, which is the same for all threads but for an offset.
 */
final class RegisterMap {
  private RegisterMap() {}

  /**
   * Which register of a smaller tile goes with each register of a larger one that extends it along axes of extent 1:
   * that at its coordinates, 0 where {@code small} has extent 1.
   */
  static int[] targets(TileType large, TileType small) {
    Map<ImmutableIntArray, Integer> registers = new HashMap<>();
    int[][] there = coordinates(small);
    for (int register = there.length - 1; register >= 0; register--) {
      registers.put(ImmutableIntArray.copyOf(there[register]), register);
    }
    int[][] wanted = coordinates(large);
    int[] targets = new int[wanted.length];
    for (int register = 0; register < targets.length; register++) {
      for (int axis = 0; axis < wanted[register].length; axis++) {
        wanted[register][axis] &= small.extents().get(axis) - 1;
      }
      Integer target = registers.get(ImmutableIntArray.copyOf(wanted[register]));
      if (target == null) {
        throw new IllegalStateException(small + " does not have all that " + large + " has");
      }
      targets[register] = target;
    }
    return targets;
  }

  /** Coordinates of each register's element in lane 0 of warp 0. */
  static int[][] coordinates(TileType type) {
    LinearLayout layout = type.layout();
    int[][] coordinates = new int[type.registers()][type.rank()];
    for (int register = 1; register < coordinates.length; register++) {
      int[] rest = coordinates[register & register - 1];
      int[] basis = layout.basis(Dimension.REGISTER, Integer.numberOfTrailingZeros(register));
      for (int axis = 0; axis < basis.length; axis++) {
        coordinates[register][axis] = rest[axis] ^ basis[axis];
      }
    }
    return coordinates;
  }
}
