package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import nibble.emulator.execute.Warp;

/** Truth values: one bit to a lane. */
public final class Predicates {
  private static final int AND = 1;
  private static final int OR = 2;
  private static final int XOR = 3;

  private Predicates() {}

  /** Sets the lanes of the mask. */
  static void put(Warp w, int m, int d, int bits) {
    int[] p = w.predicates;
    p[d] = p[d] & ~m | bits & m;
  }

  /** {@code d = a}. */
  public static void move(Warp w, int m, int d, int a) {
    put(w, m, d, w.predicates[a]);
  }

  /** {@code d = !a}. */
  public static void not(Warp w, int m, int d, int a) {
    put(w, m, d, ~w.predicates[a]);
  }

  /** {@code d = a & b}. */
  public static void and(Warp w, int m, int d, int a, int b) {
    put(w, m, d, w.predicates[a] & w.predicates[b]);
  }

  /** {@code d = a | b}. */
  public static void or(Warp w, int m, int d, int a, int b) {
    put(w, m, d, w.predicates[a] | w.predicates[b]);
  }

  /** {@code d = a ^ b}. */
  public static void xor(Warp w, int m, int d, int a, int b) {
    put(w, m, d, w.predicates[a] ^ w.predicates[b]);
  }

  /**
   * {@code d = a op c} and {@code e = !a op c}, as {@code setp} with two results has it.
   *
   * @param operator 0 for {@code a} alone, else and, or, xor
   */
  public static void combine(Warp w, int m, int d, int e, int a, int c, int operator) {
    int test = w.predicates[a];
    int other = w.predicates[c];
    put(w, m, d, combine(test, other, operator));
    put(w, m, e, combine(~test, other, operator));
  }

  private static int combine(int a, int c, int operator) {
    return switch (operator) {
      case AND -> a & c;
      case OR -> a | c;
      case XOR -> a ^ c;
      default -> a;
    };
  }

  /** {@code d = a ? value : 0}, the result of {@code set}. */
  public static void toWord(Warp w, int m, int d, int a, int value) {
    int bits = w.predicates[a];
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = has(bits, l) ? value : 0;
      }
    }
  }
}
