package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;

/**
 * {@code ldmatrix} and {@code stmatrix} of bytes (PTX ISA 9.7.14.5.15 and 16). Rows have 16 bytes, each lane gives the
 * address of one. Rows may be packed: 16 elements of {@code packed} bits from the first bit on, which become bytes.
 */
public final class ByteMatrixAccess {
  private static final int ROW_BYTES = 16;

  private ByteMatrixAccess() {}

  /**
   * Matrices of eight rows: lane {@code 8j + i} gives the address of row {@code i} of matrix {@code j}; register
   * {@code j} of lane {@code 4g + t} holds row {@code g}, columns {@code 4t} to {@code 4t + 3}.
   */
  public static void load(Warp w, int m, int list, int packed, int a, int offset, int space, int site) {
    if (!Matrices.isExecuted(w, m, site)) {
      return;
    }
    int[] targets = w.lists[list];
    byte[] rows = rows(w, 8 * targets.length, packed, a, offset, space, site);
    for (int j = 0; j < targets.length; j++) {
      for (int lane = 0; lane < WARP; lane++) {
        int at = (8 * j + (lane >> 2)) * ROW_BYTES + 4 * (lane & 3);
        w.words[targets[j] + lane] = word(rows[at], rows[at + 1], rows[at + 2], rows[at + 3]);
      }
    }
  }

  /**
   * Matrices of 16 rows, transposed: lane {@code 16j + i} gives the address of row {@code i} of matrix {@code j}; byte
   * {@code i} of register {@code 2j + r} of lane {@code 4g + t} is that of row {@code 4t + i}, column {@code g + 8r}.
   */
  public static void loadTransposed(Warp w, int m, int list, int packed, int a, int offset, int space, int site) {
    if (!Matrices.isExecuted(w, m, site)) {
      return;
    }
    int[] targets = w.lists[list];
    byte[] rows = rows(w, 8 * targets.length, packed, a, offset, space, site);
    for (int j = 0; j < targets.length; j++) {
      for (int lane = 0; lane < WARP; lane++) {
        int at = (16 * (j >> 1) + 4 * (lane & 3)) * ROW_BYTES + (lane >> 2) + 8 * (j & 1);
        w.words[targets[j] + lane] =
            word(rows[at], rows[at + ROW_BYTES], rows[at + 2 * ROW_BYTES], rows[at + 3 * ROW_BYTES]);
      }
    }
  }

  private static int word(byte first, byte second, byte third, byte fourth) {
    return first & 0xff | (second & 0xff) << 8 | (third & 0xff) << 16 | fourth << 24;
  }

  private static int lanes(int count) {
    return count == WARP ? -1 : (1 << count) - 1;
  }

  /** The rows of the first {@code count} lanes. */
  private static byte[] rows(Warp w, int count, int packed, int a, int offset, int space, int site) {
    byte[] rows = new byte[count * ROW_BYTES];
    AddressResolver resolver = w.resolver;
    for (int rest = lanes(count); rest != 0; ) {
      int now = resolver.load(rest, space, a, offset, ROW_BYTES, site);
      for (int lanes = now; lanes != 0; lanes &= lanes - 1) {
        int lane = Integer.numberOfTrailingZeros(lanes);
        MemorySegment.copy(
            resolver.segment(), ValueLayout.JAVA_BYTE, resolver.offsets()[lane], rows, lane * ROW_BYTES, ROW_BYTES);
      }
      rest &= ~now;
    }
    for (int row = 0; packed > 0 && row < count; row++) {
      unpack(rows, row * ROW_BYTES, packed);
    }
    return rows;
  }

  private static void unpack(byte[] rows, int at, int bits) {
    byte[] source = new byte[ROW_BYTES + 1];
    System.arraycopy(rows, at, source, 0, ROW_BYTES);
    for (int i = 0; i < ROW_BYTES; i++) {
      int first = i * bits;
      int pair = source[first >> 3] & 0xff | (source[(first >> 3) + 1] & 0xff) << 8;
      rows[at + i] = (byte) (pair >>> (first & 7) & (1 << bits) - 1);
    }
  }

  /**
   * Stores matrices of 16 rows by eight columns, transposed: lane {@code 8j + i} gives the address of column {@code i}
   * of matrix {@code j}; byte {@code i} of register {@code j} of lane {@code 4g + t} goes to column
   * {@code 2t + i mod 2}, row {@code g + 8 (i / 2)}.
   */
  public static void storeTransposed(Warp w, int m, int list, int a, int offset, int space, int site) {
    if (!Matrices.isExecuted(w, m, site)) {
      return;
    }
    int[] sources = w.lists[list];
    byte[] columns = new byte[8 * sources.length * ROW_BYTES];
    for (int j = 0; j < sources.length; j++) {
      for (int lane = 0; lane < WARP; lane++) {
        for (int i = 0; i < 4; i++) {
          int column = 8 * j + 2 * (lane & 3) + (i & 1);
          int row = (lane >> 2) + 8 * (i >> 1);
          columns[column * ROW_BYTES + row] = (byte) (w.words[sources[j] + lane] >>> 8 * i);
        }
      }
    }
    AddressResolver resolver = w.resolver;
    for (int rest = lanes(8 * sources.length); rest != 0; ) {
      int now = resolver.store(rest, space, a, offset, ROW_BYTES, site);
      for (int lanes = now; lanes != 0; lanes &= lanes - 1) {
        int lane = Integer.numberOfTrailingZeros(lanes);
        MemorySegment.copy(
            columns, lane * ROW_BYTES, resolver.segment(), ValueLayout.JAVA_BYTE, resolver.offsets()[lane], ROW_BYTES);
      }
      rest &= ~now;
    }
  }
}
