package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;

/** Between registers and matrices: gathers codes of elements and scatters results. */
final class Tiles {
  private Tiles() {}

  /** What is done with the code of an element. */
  @FunctionalInterface
  interface Element {
    void accept(int index, int code);
  }

  /** Gives each element's place in the matrix and its code, zero-extended. */
  static void read(TileMap map, int bits, int[] words, int[] registers, Element element) {
    int mask = bits == 32 ? -1 : (1 << bits) - 1;
    for (int r = 0; r < map.registers(); r++) {
      for (int lane = 0; lane < WARP; lane++) {
        int packed = words[registers[r] + lane];
        for (int e = 0; e < map.perRegister(); e++) {
          element.accept(map.index(r, lane, e), packed >>> e * bits & mask);
        }
      }
    }
  }

  /** Reads elements of 32 or 16 bits into a matrix. */
  static void read(TileMap map, int[] words, int[] registers, int[] matrix) {
    int bits = 32 / map.perRegister();
    read(map, bits, words, registers, (index, code) -> matrix[index] = code);
  }

  /** Writes elements of 32 or 16 bits from a matrix. */
  static void write(TileMap map, int[] words, int[] registers, int[] matrix) {
    int bits = 32 / map.perRegister();
    int mask = bits == 32 ? -1 : (1 << bits) - 1;
    for (int r = 0; r < map.registers(); r++) {
      for (int lane = 0; lane < WARP; lane++) {
        int packed = 0;
        for (int e = 0; e < map.perRegister(); e++) {
          packed |= (matrix[map.index(r, lane, e)] & mask) << e * bits;
        }
        words[registers[r] + lane] = packed;
      }
    }
  }
}
