package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;

import java.util.Arrays;
import java.util.Optional;

/**
 * What one warp does of a warpgroup's multiplication (PTX ISA 9.7.15.5): 16 of the 64 rows, in tiles of eight columns,
 * each of which is that of an {@code mma}.
 *
 * @param inner what computes a tile
 * @param columns of the result
 * @param k columns of the left operand, dense ones
 * @param isHalf whether the accumulator is f16
 * @param leftTransposed whether neighbours in memory of the left operand are in one column; likewise the right one
 * @param leftNegated whether the left operand is negated; likewise the right one
 */
public record WarpgroupMultiplication(
    Multiplication inner, int columns, int k, ElementType left, ElementType right, boolean isHalf,
    boolean leftTransposed, boolean rightTransposed, boolean leftNegated, boolean rightNegated,
    Optional<Sparsity> sparsity) {
  private static final int ROWS = 16;
  private static final int TILE = 8;

  /** Rows of registers in {@link TensorScratch#group}: the left operand, the right one, the sums, metadata. */
  private static final int[] A = {0, WARP, 2 * WARP, 3 * WARP};

  private static final int[] B = {4 * WARP, 5 * WARP};
  private static final int[] B_SPARSE = {4 * WARP, 5 * WARP, 6 * WARP, 7 * WARP};
  private static final int[] C = {8 * WARP, 9 * WARP, 10 * WARP, 11 * WARP};
  private static final int[] C_HALF = {8 * WARP, 9 * WARP};
  private static final int METADATA = 12 * WARP;
  static final int SCRATCH = 13 * WARP;

  /** Reads shared memory. */
  @FunctionalInterface
  public interface Memory {
    /** Copies 16 bytes from a shared address to a place in an array. */
    void read(int address, byte[] to, int at);
  }

  /** Tiles of eight columns. */
  public int tiles() {
    return columns / TILE;
  }

  /** Registers of a tile's sums. */
  public int tileRegisters() {
    return isHalf ? 2 : 4;
  }

  /** Bytes of a line of the left operand, as it is stored. */
  private int leftBytes() {
    return k * left.bits() / 8 / (sparsity.isPresent() ? 2 : 1);
  }

  /** Registers of the left operand, where it is in registers. */
  public int leftRegisters() {
    return ROWS * leftBytes() / (4 * WARP);
  }

  /** Takes the left operand from registers. */
  public void loadLeft(int[] words, int[] registers, TensorScratch x) {
    for (int r = 0; r < registers.length; r++) {
      System.arraycopy(words, registers[r], x.group, A[r], WARP);
    }
    negate(x.group, A, leftNegated, left);
  }

  /** Takes the left operand of a warp of the group from memory. */
  public void loadLeft(Memory memory, MatrixDescriptor place, int warp, TensorScratch x) {
    int registers = leftBytes() / MatrixDescriptor.CHUNK * 2;
    for (int half = 0; half < 2; half++) {
      byte[] lines = lines(memory, place, 2 * warp + half, leftBytes(), leftTransposed, x);
      for (int r = half; r < registers; r += 2) {
        spread(lines, leftBytes(), r >> 1, x.group, A[r]);
      }
    }
    negate(x.group, A, leftNegated, left);
  }

  private int[] rightPlaces() {
    return sparsity.isPresent() ? B_SPARSE : B;
  }

  private void loadRight(Memory memory, MatrixDescriptor place, int tile, TensorScratch x) {
    int bytes = k * right.bits() / 8;
    int[] targets = rightPlaces();
    byte[] lines = lines(memory, place, tile, bytes, rightTransposed, x);
    for (int r = 0; r < bytes / MatrixDescriptor.CHUNK; r++) {
      spread(lines, bytes, r, x.group, targets[r]);
    }
    negate(x.group, targets, rightNegated, right);
  }

  /** Eight lines of a factor, rows of the left or columns of the right one, {@code bytes} each. */
  private static byte[] lines(
      Memory memory, MatrixDescriptor place, int eight, int bytes, boolean isTransposed, TensorScratch x) {
    byte[] lines = x.lines;
    if (!isTransposed) {
      for (int line = 0; line < TILE; line++) {
        for (int chunk = 0; chunk < bytes / MatrixDescriptor.CHUNK; chunk++) {
          int at = line * bytes + chunk * MatrixDescriptor.CHUNK;
          memory.read(place.alongK(TILE * eight + line, chunk), lines, at);
        }
      }
      return lines;
    }
    byte[] chunk = new byte[MatrixDescriptor.CHUNK];
    for (int column = 0; column < bytes / 2; column++) {
      memory.read(place.acrossK(eight, column), chunk, 0);
      for (int line = 0; line < TILE; line++) {
        lines[line * bytes + 2 * column] = chunk[2 * line];
        lines[line * bytes + 2 * column + 1] = chunk[2 * line + 1];
      }
    }
    return lines;
  }

  /** A register of the fragment: lane {@code 4g + t} has bytes {@code 16r + 4t} and on of line {@code g}. */
  private static void spread(byte[] lines, int bytes, int r, int[] words, int register) {
    for (int lane = 0; lane < WARP; lane++) {
      int at = (lane >> 2) * bytes + 16 * r + 4 * (lane & 3);
      words[register + lane] =
          lines[at] & 0xff | (lines[at + 1] & 0xff) << 8 | (lines[at + 2] & 0xff) << 16 | lines[at + 3] << 24;
    }
  }

  private static void negate(int[] words, int[] registers, boolean isNegated, ElementType type) {
    if (isNegated) {
      int signs = type.bits() == 32 ? 0x80000000 : type.bits() == 16 ? 0x80008000 : 0x80808080;
      for (int i = registers[0]; i < registers[0] + registers.length * WARP; i++) {
        words[i] ^= signs;
      }
    }
  }

  /** A lane whose row has metadata that are not legal, or -1. */
  public int illegalLane(int[] words, int metadata) {
    TileMap stored = TileMap.a(ROWS, k / 2, left.perRegister());
    return sparsity.map(it -> it.illegal(stored, words, metadata, true)).orElse(-1);
  }

  /** Takes the metadata. */
  public void loadMetadata(int[] words, int metadata, TensorScratch x) {
    System.arraycopy(words, metadata, x.group, METADATA, WARP);
  }

  /**
   * Computes a tile, whose left operand has been taken.
   *
   * @param d registers of all sums
   * @param adds whether the products are added to what these hold
   */
  public void multiply(
      int[] words, int[] d, int tile, boolean adds, Memory memory, MatrixDescriptor place, TensorScratch x) {
    loadRight(memory, place, tile, x);
    int[] sums = isHalf ? C_HALF : C;
    int registers = sums.length;
    for (int r = 0; r < registers; r++) {
      if (adds) {
        System.arraycopy(words, d[tile * registers + r], x.group, C[r], WARP);
      } else {
        Arrays.fill(x.group, C[r], C[r] + WARP, 0);
      }
    }
    inner.run(x.group, null, sums, A, rightPlaces(), sums, METADATA, x);
    for (int r = 0; r < registers; r++) {
      System.arraycopy(x.group, C[r], words, d[tile * registers + r], WARP);
    }
  }
}
