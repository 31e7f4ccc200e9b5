package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import nibble.emulator.execute.Warp;

/**
 * Applies a function of one lane to all lanes of a mask: for what is not common enough to deserve vectors. The JVM
 * inlines these loops and their functions into the helpers, because the functions are constants there.
 */
final class Each {
  private Each() {}

  @FunctionalInterface
  interface IntTernaryOperator {
    int applyAsInt(int a, int b, int c);
  }

  @FunctionalInterface
  interface LongTernaryOperator {
    long applyAsLong(long a, long b, long c);
  }

  @FunctionalInterface
  interface IntTest {
    boolean test(int a, int b);
  }

  @FunctionalInterface
  interface LongTest {
    boolean test(long a, long b);
  }

  static void word(Warp w, int m, int d, int a, IntUnaryOperator f) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        r[d + l] = f.applyAsInt(r[a + l]);
      }
    }
  }

  static void word(Warp w, int m, int d, int a, int b, IntBinaryOperator f) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        r[d + l] = f.applyAsInt(r[a + l], r[b + l]);
      }
    }
  }

  static void word(Warp w, int m, int d, int a, int b, int c, IntTernaryOperator f) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        r[d + l] = f.applyAsInt(r[a + l], r[b + l], r[c + l]);
      }
    }
  }

  static void wide(Warp w, int m, int d, int a, LongUnaryOperator f) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        q[d + l] = f.applyAsLong(q[a + l]);
      }
    }
  }

  static void wide(Warp w, int m, int d, int a, int b, LongBinaryOperator f) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        q[d + l] = f.applyAsLong(q[a + l], q[b + l]);
      }
    }
  }

  static void wide(Warp w, int m, int d, int a, int b, int c, LongTernaryOperator f) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        q[d + l] = f.applyAsLong(q[a + l], q[b + l], q[c + l]);
      }
    }
  }

  /** Sets the predicate's lanes of the mask to what the test says of two 32-bit values. */
  static void test(Warp w, int m, int d, int a, int b, IntTest f) {
    int bits = 0;
    for (int l = 0; l < WARP; l++) {
      bits |= f.test(w.words[a + l], w.words[b + l]) ? 1 << l : 0;
    }
    Predicates.put(w, m, d, bits);
  }

  /** Sets the predicate's lanes of the mask to what the test says of two 64-bit values. */
  static void test(Warp w, int m, int d, int a, int b, LongTest f) {
    int bits = 0;
    for (int l = 0; l < WARP; l++) {
      bits |= f.test(w.longs[a + l], w.longs[b + l]) ? 1 << l : 0;
    }
    Predicates.put(w, m, d, bits);
  }
}
