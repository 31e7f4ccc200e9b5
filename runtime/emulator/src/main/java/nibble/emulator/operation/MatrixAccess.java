package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;

/**
 * {@code ldmatrix}, {@code stmatrix}, {@code movmatrix}: matrices of eight rows of eight 16-bit elements. Lane {@code
 * 8j + i} gives the address of row {@code i} of matrix {@code j}; register {@code j} of lane {@code 4g + t} holds row
 * {@code g}, columns {@code 2t} and {@code 2t + 1}, or those of the transposed matrix.
 */
public final class MatrixAccess {
  private static final int ROW_BYTES = 16;
  private static final VectorSpecies<Integer> ROW = IntVector.SPECIES_128;

  private MatrixAccess() {}

  /** Loads matrices into a list of registers. */
  public static void load(Warp w, int m, int list, int transposed, int a, int offset, int space, int site) {
    if (!Matrices.isExecuted(w, m, site)) {
      return;
    }
    int[] targets = w.lists[list];
    AddressResolver resolver = w.resolver;
    for (int rest = rows(targets.length); rest != 0; ) {
      int now = resolver.load(rest, space, a, offset, ROW_BYTES, site);
      for (int lanes = now; lanes != 0; lanes &= lanes - 1) {
        int lane = Integer.numberOfTrailingZeros(lanes);
        int at = targets[lane >> 3] + 4 * (lane & 7);
        IntVector.fromMemorySegment(ROW, resolver.segment(), resolver.offsets()[lane], ByteOrder.LITTLE_ENDIAN)
            .intoArray(w.words, at);
      }
      rest &= ~now;
    }
    if (transposed != 0) {
      for (int target : targets) {
        transpose(w.words, target, target, w.scratch);
      }
    }
  }

  /** The lanes that give addresses. */
  private static int rows(int matrices) {
    return matrices == 4 ? -1 : (1 << 8 * matrices) - 1;
  }

  /** Stores matrices from a list of registers. */
  public static void store(Warp w, int m, int list, int transposed, int a, int offset, int space, int site) {
    if (!Matrices.isExecuted(w, m, site)) {
      return;
    }
    int[] sources = w.lists[list];
    int[] rows = new int[sources.length * WARP];
    for (int j = 0; j < sources.length; j++) {
      if (transposed != 0) {
        transpose(w.words, sources[j], w.scratch);
        System.arraycopy(w.scratch, 0, rows, j * WARP, WARP);
      } else {
        System.arraycopy(w.words, sources[j], rows, j * WARP, WARP);
      }
    }
    AddressResolver resolver = w.resolver;
    for (int rest = rows(sources.length); rest != 0; ) {
      int now = resolver.store(rest, space, a, offset, ROW_BYTES, site);
      MemorySegment memory = resolver.segment();
      for (int lanes = now; lanes != 0; lanes &= lanes - 1) {
        int lane = Integer.numberOfTrailingZeros(lanes);
        IntVector.fromArray(ROW, rows, 4 * lane)
            .intoMemorySegment(memory, resolver.offsets()[lane], ByteOrder.LITTLE_ENDIAN);
      }
      rest &= ~now;
    }
  }

  /** {@code movmatrix}: transposes a matrix. */
  public static void transpose(Warp w, int m, int d, int a, int site) {
    if (Matrices.isExecuted(w, m, site)) {
      transpose(w.words, a, w.scratch);
      System.arraycopy(w.scratch, 0, w.words, d, WARP);
    }
  }

  private static void transpose(int[] words, int from, int to, int[] scratch) {
    transpose(words, from, scratch);
    System.arraycopy(scratch, 0, words, to, WARP);
  }

  /**
   * Row {@code g}, columns {@code 2t} and {@code 2t + 1} come from rows {@code 2t} and {@code 2t + 1}, column {@code
   * g}.
   */
  private static void transpose(int[] words, int from, int[] to) {
    for (int lane = 0; lane < WARP; lane++) {
      int g = lane >> 2;
      int upper = from + 8 * (lane & 3) + (g >> 1);
      int shift = 16 * (g & 1);
      to[lane] = words[upper] >>> shift & 0xffff | (words[upper + 4] >>> shift & 0xffff) << 16;
    }
  }
}
