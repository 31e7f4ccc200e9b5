package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/** Registers of an operand as one array. */
final class Operands {
  // Where two vectors hold a register's lanes: the places of either half, and whether they come from the upper lanes.
  private static final VectorShuffle<Integer> TRANSPOSE_0 = transposed(0);
  private static final VectorShuffle<Integer> TRANSPOSE_1 = transposed(1);
  private static final VectorMask<Integer> IS_HIGH = VectorMask.fromLong(WORD, 0xcccc);

  /** Numbers of all elements of a register, of eight at most. */
  static final int PLANE = 8 * WARP;

  private Operands() {}

  /** Which of half a register's lanes come to half of the places. */
  private static VectorShuffle<Integer> transposed(int half) {
    return VectorShuffle.fromOp(
        WORD,
        place -> {
          int n = 2 * (place & 3) + (place >> 2 & 1);
          int t = 2 * half + (place >> 3);
          return (4 * n + t) % WORDS;
        });
  }

  /** Whether the registers hold what the memory does from {@code source} on. */
  static boolean isSame(int[] memory, int source, int[] words, int[] registers) {
    IntVector different = IntVector.zero(WORD);
    for (int r = 0; r < registers.length; r++) {
      for (int lane = 0; lane < WARP; lane += WORDS) {
        IntVector old = IntVector.fromArray(WORD, memory, source + r * WARP + lane);
        different =
            different.or(old.lanewise(VectorOperators.XOR, IntVector.fromArray(WORD, words, registers[r] + lane)));
      }
    }
    return different.compare(VectorOperators.EQ, 0).allTrue();
  }

  /** Copies registers; a general copy would take several times as long for one. */
  static void copy(int[] memory, int target, int[] words, int[] registers) {
    for (int r = 0; r < registers.length; r++) {
      for (int lane = 0; lane < WARP; lane += WORDS) {
        IntVector.fromArray(WORD, words, registers[r] + lane).intoArray(memory, target + r * WARP + lane);
      }
    }
  }

  /**
   * A register of the right operand from lanes {@code 4n + t} to places {@code 8t + n}, even columns before odd ones.
   */
  static void transpose(int[] memory, int from, int to) {
    if (2 * WORDS == WARP) {
      IntVector low = IntVector.fromArray(WORD, memory, from);
      IntVector high = IntVector.fromArray(WORD, memory, from + WORDS);
      low.rearrange(TRANSPOSE_0).blend(high.rearrange(TRANSPOSE_0), IS_HIGH).intoArray(memory, to);
      low.rearrange(TRANSPOSE_1).blend(high.rearrange(TRANSPOSE_1), IS_HIGH).intoArray(memory, to + WORDS);
      return;
    }
    for (int n = 0; n < 8; n++) {
      int place = (n >> 1) + 4 * (n & 1);
      for (int t = 0; t < 4; t++) {
        memory[to + 8 * t + place] = memory[from + 4 * n + t];
      }
    }
  }
}
