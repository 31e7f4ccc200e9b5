package nibble.emulator;

/**
 * The shape of a launch.
 *
 * @param grid blocks in each direction
 * @param block threads of a block in each direction
 * @param dynamicSharedBytes shared memory behind the kernel's static variables
 */
public record LaunchConfig(Extent grid, Extent block, int dynamicSharedBytes) {
  /** How many there are in each direction. */
  public record Extent(int x, int y, int z) {
    /** Their product. */
    public long volume() {
      return (long) x * y * z;
    }

    @Override
    public String toString() {
      return x + "x" + y + "x" + z;
    }
  }

  /** A launch in one dimension without dynamic shared memory. */
  public static LaunchConfig of(int grid, int block) {
    return new LaunchConfig(new Extent(grid, 1, 1), new Extent(block, 1, 1), 0);
  }

  /** A launch without dynamic shared memory. */
  public static LaunchConfig of(Extent grid, Extent block) {
    return new LaunchConfig(grid, block, 0);
  }

  /** The same with so many bytes of dynamic shared memory. */
  public LaunchConfig withDynamicShared(int bytes) {
    return new LaunchConfig(grid, block, bytes);
  }
}
