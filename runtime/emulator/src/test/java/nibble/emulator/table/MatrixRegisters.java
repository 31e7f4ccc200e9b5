package nibble.emulator.table;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many registers of a thread hold its part of a matrix.
 *
 * @param bits of a register
 */
record MatrixRegisters(int count, int bits) {
  private static final Pattern SHAPE = Pattern.compile("m(\\d+)n(\\d+)k(\\d+)");

  /**
   * The registers of a matrix.
   *
   * @param matrix {@code a}, {@code b}, {@code c} or {@code d}
   * @param bits of an element
   * @param isHalfFragment whether it is a fragment of {@code wmma} in f16; those of factors have eight registers in
   *     all shapes
   * @param isSparse whether half of {@code a} is stored
   */
  static MatrixRegisters of(String shape, String matrix, int bits, boolean isHalfFragment, boolean isSparse) {
    Matcher matcher = SHAPE.matcher(shape);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no shape: " + shape);
    }
    int m = Integer.parseInt(matcher.group(1));
    int n = Integer.parseInt(matcher.group(2));
    int k = Integer.parseInt(matcher.group(3));
    int register = bits == 64 ? 64 : 32;
    boolean isFactor = matrix.equals("a") || matrix.equals("b");
    if (isHalfFragment && isFactor) {
      return new MatrixRegisters(8, 32);
    }
    int elements = switch (matrix) {
      case "a" -> m * k / (isSparse ? 2 : 1);
      case "b" -> n * k;
      default -> m * n;
    };
    // Small products of halves come four to a warp.
    int products = shape.equals("m8n8k4") && bits != 64 ? 4 : 1;
    int lanes = m == 64 ? 128 : 32;
    return new MatrixRegisters(products * elements * bits / register / lanes, register);
  }
}
