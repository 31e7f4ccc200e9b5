package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;

/**
 * Which element of a matrix each lane's registers hold: element {@code e} of register {@code r} of a lane is
 * {@code matrix[index(r, lane, e)]}, row by row.
 *
 * <p>One rule gives every {@code mma} fragment (PTX ISA 9.7.14.5). With {@code g = lane / 4}, {@code t = lane % 4} and
 * {@code E} elements to a register:
 *
 * <pre>
 * A : row g + 8 (r mod 2)   column E t + e + 4E (r / 2)
 * B : row E t + e + 4E r    column g
 * C : row g + 8 (r / 2)     column 2t + r mod 2          (two to a register: row g + 8r, column 2t + e)
 * </pre>
 */
public final class TileMap {
  private final int rows;
  private final int columns;
  private final int perRegister;
  private final int registers;
  private final int[] index;

  private TileMap(int rows, int columns, int registers, int perRegister, Place place) {
    this.rows = rows;
    this.columns = columns;
    this.registers = registers;
    this.perRegister = perRegister;
    this.index = new int[registers * WARP * perRegister];
    for (int r = 0; r < registers; r++) {
      for (int lane = 0; lane < WARP; lane++) {
        for (int e = 0; e < perRegister; e++) {
          index[(r * WARP + lane) * perRegister + e] = place.index(r, lane >> 2, lane & 3, e);
        }
      }
    }
  }

  @FunctionalInterface
  private interface Place {
    int index(int register, int g, int t, int e);
  }

  /** The left operand, of 8 or 16 rows. */
  public static TileMap a(int rows, int columns, int perRegister) {
    int halves = rows / 8;
    return new TileMap(
        rows, columns, rows * columns / (WARP * perRegister), perRegister,
        (r, g, t, e) -> {
          int row = g + 8 * (r % halves);
          int column = perRegister * t + e + 4 * perRegister * (r / halves);
          return row * columns + column;
        });
  }

  /** The right operand, of 8 columns. */
  public static TileMap b(int rows, int perRegister) {
    return new TileMap(
        rows, 8, rows * 8 / (WARP * perRegister), perRegister,
        (r, g, t, e) -> (perRegister * t + e + 4 * perRegister * r) * 8 + g);
  }

  /** The accumulator, of 8 or 16 rows and 8 columns. */
  public static TileMap c(int rows, int perRegister) {
    return new TileMap(
        rows, 8, rows * 8 / (WARP * perRegister), perRegister,
        (r, g, t, e) -> {
          int i = r * perRegister + e;
          return (g + 8 * (i / 2)) * 8 + 2 * t + i % 2;
        });
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  /** Registers that the operand has. */
  public int registers() {
    return registers;
  }

  public int perRegister() {
    return perRegister;
  }

  /** Place in the matrix, row by row. */
  public int index(int register, int lane, int e) {
    return index[(register * WARP + lane) * perRegister + e];
  }
}
