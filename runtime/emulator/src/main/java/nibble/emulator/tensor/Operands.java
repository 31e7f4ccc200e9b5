package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Registers of an operand as one array. */
final class Operands {
  private Operands() {}

  /** Whether the registers hold what the array does. */
  static boolean isSame(int[] source, int[] words, int[] registers) {
    long different = 0;
    for (int r = 0; r < registers.length; r++) {
      for (int lane = 0; lane < WARP; lane += WORDS) {
        IntVector old = IntVector.fromArray(WORD, source, r * WARP + lane);
        different |= old.compare(VectorOperators.NE, IntVector.fromArray(WORD, words, registers[r] + lane)).toLong();
      }
    }
    return different == 0;
  }

  static void copy(int[] source, int[] words, int[] registers) {
    for (int r = 0; r < registers.length; r++) {
      System.arraycopy(words, registers[r], source, r * WARP, WARP);
    }
  }

  /** A register of the right operand from lanes {@code 4n + t} to places {@code 8t + n}, even columns before odd ones. */
  static void transpose(int[] words, int register, int[] to) {
    for (int n = 0; n < 8; n++) {
      int place = (n >> 1) + 4 * (n & 1);
      for (int t = 0; t < 4; t++) {
        to[8 * t + place] = words[register + 4 * n + t];
      }
    }
  }
}
