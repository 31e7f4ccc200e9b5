package nibble.emulator.table;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import nibble.emulator.format.FloatFormat;
import nibble.emulator.format.Rounding;
import nibble.emulator.format.ScaleFormat;

/**
 * A random tile for an instruction, as it lies in memory, and what comes out: the plain product of the matrices. All
 * numbers are small enough for every sum to be exact whatever the arithmetic.
 */
public final class MatrixTile {
  private static final int[][] PAIRS = {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}};

  private final MatrixCase it;
  private final Random random;
  private final double[][] a;
  private final double[][] b;
  private final double[][] c;

  /** Codes of the metadata by row and group; none for dense ones. */
  final int[][] codes;

  private final int[][] aScales;
  private final int[][] bScales;

  public MatrixTile(MatrixCase it, long seed) {
    this.it = it;
    this.random = new Random(seed);
    a = matrix(it.m(), it.storedColumns(), "a");
    b = matrix(it.n(), it.k(), "b");
    c = matrix(it.m(), it.n(), "d");
    codes = new int[it.m()][it.isSparse() ? groups() : 0];
    for (int[] row : codes) {
      for (int group = 0; group < row.length; group++) {
        int[] pair = PAIRS[random.nextInt(PAIRS.length)];
        row[group] = it.bits("a") == 32 ? (random.nextBoolean() ? 0x4 : 0xE) : pair[0] | pair[1] << 2;
      }
    }
    aScales = scales(it.m());
    bScales = scales(it.n());
  }

  /** Groups of a row: of two columns of tf32, of four pairs of four bits, of four others. */
  private int groups() {
    return it.k() / (it.bits("a") == 32 ? 2 : it.bits("a") == 4 ? 8 : 4);
  }

  private double[][] matrix(int lines, int length, String slot) {
    String type = it.choice(slot);
    double[][] matrix = new double[lines][length];
    for (double[] line : matrix) {
      Arrays.setAll(
          line, i -> type.equals("b1")
              ? random.nextInt(2)
              : type.startsWith("u") ? random.nextInt(8) : random.nextInt(-3, 4));
    }
    return matrix;
  }

  private int[][] scales(int lines) {
    int[][] scales = new int[lines][it.isScaled() ? it.chunks() : 0];
    for (int[] line : scales) {
      Arrays.setAll(line, i -> it.choice("scale").equals("ue8m0")
          ? random.nextInt(125, 130)
          : random.nextInt(0x30, 0x40));
    }
    return scales;
  }

  // In memory

  public byte[] left() {
    return pack(a, "a");
  }

  public byte[] right() {
    return pack(b, "b");
  }

  private byte[] pack(double[][] matrix, String slot) {
    int bits = it.bits(slot);
    ByteBuffer bytes = ByteBuffer.allocate(matrix.length * matrix[0].length * bits / 8).order(ByteOrder.LITTLE_ENDIAN);
    long word = 0;
    int filled = 0;
    for (double[] line : matrix) {
      for (double value : line) {
        if (bits == 64) {
          bytes.putDouble(value);
          continue;
        }
        word |= (long) code(it.choice(slot), value) << filled;
        filled += bits;
        if (filled == 32) {
          bytes.putInt((int) word);
          word = 0;
          filled = 0;
        }
      }
    }
    return bytes.array();
  }

  private int code(String type, double value) {
    return switch (type) {
      case "s8", "u8" -> (int) value & 0xff;
      case "s4", "u4" -> (int) value & 0xf;
      case "b1" -> (int) value;
      case "tf32" -> Float.floatToRawIntBits((float) value);
      default -> {
        int code = FloatFormat.valueOf(type.toUpperCase(Locale.ROOT)).encode(value, Rounding.NEAREST_EVEN, true);
        // Four bits of eight stand in the middle.
        yield type.equals("e2m1") && it.bits("a") == 8 ? code << 2 : code;
      }
    };
  }

  public byte[] addend() {
    return accumulators(c, it.choice("c").isEmpty() ? it.choice("d") : it.choice("c"));
  }

  private static byte[] accumulators(double[][] matrix, String type) {
    ByteBuffer bytes = ByteBuffer.allocate(matrix.length * matrix[0].length * 8).order(ByteOrder.LITTLE_ENDIAN);
    for (double[] line : matrix) {
      for (double value : line) {
        switch (type) {
          case "f64" -> bytes.putDouble(value);
          case "f32" -> bytes.putFloat((float) value);
          case "f16" -> bytes.putShort(Float.floatToFloat16((float) value));
          default -> bytes.putInt((int) value);
        }
      }
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /**
   * The metadata of 32 lanes for each 16 rows (PTX ISA 9.7.14.6): lanes {@code 4g} to {@code 4g + 3} have rows {@code
   * g} and {@code g + 8}. Lanes that the instruction must not look at have nonsense.
   */
  public int[] metadata(int selector) {
    int[] words = new int[Math.max(32, 2 * codes.length)];
    int[] used = new int[words.length];
    for (int row = 0; row < codes.length; row++) {
      int half = row / 8 % 2;
      int first = 32 * (row / 16) + 4 * (row % 8);
      for (int q = 0; q < codes[row].length; q++) {
        boolean isPerPair = it.bits("a") >= 16;
        int lane;
        int position;
        if (isPerPair) {
          lane = it.isWhole() ? 2 * selector + q / 4 : selector;
          position = 16 * half + 4 * (q % 4);
        } else {
          lane = it.isWhole() ? 2 * (q / 8) + half : 2 * selector + half;
          position = 4 * (q % 8);
        }
        words[first + lane] |= codes[row][q] << position;
        used[first + lane] = 1;
      }
    }
    for (int lane = 0; lane < words.length; lane++) {
      words[lane] = used[lane] == 1 ? words[lane] : random.nextInt();
    }
    return words;
  }

  /**
   * Two registers of 32 lanes with the scales (PTX ISA 9.7.14.3): row {@code m} of {@code a} is told by lane
   * {@code 4 (m mod 8) + 2 thread + m / 8}, column {@code n} of {@code b} by lane {@code 4n + thread}. All else is
   * nonsense.
   */
  public int[] scales(int aByte, int aThread, int bByte, int bThread) {
    int[] words = random.ints(64).toArray();
    for (int m = 0; m < aScales.length; m++) {
      put(words, 2 * (4 * (m % 8) + 2 * aThread + m / 8), aByte, aScales[m]);
    }
    for (int n = 0; n < bScales.length; n++) {
      put(words, 2 * (4 * n + bThread) + 1, bByte, bScales[n]);
    }
    return words;
  }

  private static void put(int[] words, int at, int first, int[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      int shift = 8 * (first + i);
      words[at] = words[at] & ~(0xff << shift) | bytes[i] << shift;
    }
  }

  // What comes out

  /** Column of {@code b} by which a stored column of a row of {@code a} is multiplied. */
  private int place(int row, int column) {
    if (!it.isSparse()) {
      return column;
    }
    return switch (it.bits("a")) {
      case 32 -> 2 * column + (codes[row][column] == 0xE ? 1 : 0);
      case 4 -> 8 * (column / 4) + 2 * (codes[row][column / 4] >> 2 * (column / 2 % 2) & 3) + column % 2;
      default -> 4 * (column / 2) + (codes[row][column / 2] >> 2 * (column % 2) & 3);
    };
  }

  public byte[] product() {
    return product(1, true);
  }

  /**
   * The product.
   *
   * @param sign of the product
   * @param adds whether the addend counts
   */
  byte[] product(int sign, boolean adds) {
    double[][] d = new double[it.m()][it.n()];
    for (int row = 0; row < it.m(); row++) {
      for (int n = 0; n < it.n(); n++) {
        d[row][n] = adds ? c[row][n] : 0;
        for (int i = 0; i < a[row].length; i++) {
          d[row][n] += sign * term(row, n, i, place(row, i));
        }
      }
    }
    return accumulators(d, it.choice("d"));
  }

  private double term(int row, int n, int column, int k) {
    double x = a[row][column];
    double y = b[n][k];
    if (it.opcode().contains(".xor")) {
      return x == y ? 0 : 1;
    }
    return x * y * scale(aScales[row], k) * scale(bScales[n], k);
  }

  private double scale(int[] scales, int k) {
    return scales.length == 0
        ? 1
        : ScaleFormat.valueOf(it.choice("scale").toUpperCase(Locale.ROOT)).decode(scales[k * scales.length / it.k()]);
  }
}
