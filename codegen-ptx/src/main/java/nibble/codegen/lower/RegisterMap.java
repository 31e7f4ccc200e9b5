package nibble.codegen.lower;

import java.util.Arrays;
import java.util.Map;
import nibble.codegen.layout.Dimension;
import nibble.codegen.tile.TileType;

/** Which register of a smaller tile goes with a register of a larger one that extends it along axes of extent 1. */
final class RegisterMap {
  private RegisterMap() {}

  /** The register of {@code small} at the coordinates of the register of {@code large}, 0 where {@code small} has extent 1. */
  static int target(TileType large, TileType small, int register) {
    int[] wanted = coordinates(large, register);
    for (int axis = 0; axis < wanted.length; axis++) {
      wanted[axis] &= small.extents().get(axis) - 1;
    }
    for (int candidate = 0; candidate < small.registers(); candidate++) {
      if (Arrays.equals(coordinates(small, candidate), wanted)) {
        return candidate;
      }
    }
    throw new IllegalStateException(small + " has nothing at " + Arrays.toString(wanted) + " of " + large);
  }

  /** Coordinates of a register's element in lane 0 of warp 0. */
  static int[] coordinates(TileType type, int register) {
    if (!type.layout().hasInput(Dimension.REGISTER)) {
      return new int[type.rank()];
    }
    Map<String, Integer> at = type.layout().apply(Map.of(Dimension.REGISTER, register));
    int[] coordinates = new int[type.rank()];
    Arrays.setAll(coordinates, axis -> at.get(Dimension.tensor(axis)));
    return coordinates;
  }
}
