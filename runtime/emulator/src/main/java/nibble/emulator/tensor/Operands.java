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
    IntVector different = IntVector.zero(WORD);
    for (int r = 0; r < registers.length; r++) {
      for (int lane = 0; lane < WARP; lane += WORDS) {
        IntVector old = IntVector.fromArray(WORD, source, r * WARP + lane);
        different = different.or(old.lanewise(VectorOperators.XOR, IntVector.fromArray(WORD, words, registers[r] + lane)));
      }
    }
    return different.compare(VectorOperators.EQ, 0).allTrue();
  }

  static void copy(int[] source, int[] words, int[] registers) {
    for (int r = 0; r < registers.length; r++) {
      move(words, registers[r], source, r * WARP);
    }
  }

  /** A register's lanes, which a general copy would take several times as long for. */
  private static void move(int[] from, int at, int[] to, int target) {
    for (int lane = 0; lane < WARP; lane += WORDS) {
      IntVector.fromArray(WORD, from, at + lane).intoArray(to, target + lane);
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
