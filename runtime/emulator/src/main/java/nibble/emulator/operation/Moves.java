package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.HALF;
import static nibble.emulator.lane.Lanes.LONG;
import static nibble.emulator.lane.Lanes.LONGS;
import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;
import static nibble.emulator.lane.Lanes.has;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import nibble.emulator.execute.Warp;

/** Copies, packs and unpacks registers. The first element of a pack is in the lowest bits. */
public final class Moves {
  private Moves() {}

  /** {@code d = a}, up to 32 bits. */
  public static void word(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector.fromArray(WORD, r, a + l).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = a}, 64 bits. */
  public static void wide(Warp w, int m, int d, int a) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector.fromArray(LONG, q, a + l).intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** {@code d = a + (high << 32)}. */
  public static void displaceHigh(Warp w, int m, int d, int a, int high) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      x.add((long) high << 32).intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** A 32-bit value zero-extended to 64 bits. */
  public static void widen(Warp w, int m, int d, int a) {
    for (int l = 0; l < WARP; l += LONGS) {
      IntVector x = IntVector.fromArray(HALF, w.words, a + l);
      LongVector wide = (LongVector) x.convertShape(VectorOperators.ZERO_EXTEND_I2L, LONG, 0);
      wide.intoArray(w.longs, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** Two halves of 16 bits make 32. */
  public static void packHalves(Warp w, int m, int d, int low, int high) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector top = IntVector.fromArray(WORD, r, high + l).lanewise(VectorOperators.LSHL, 16);
      top.or(IntVector.fromArray(WORD, r, low + l)).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** 32 bits make two halves of 16. */
  public static void unpackHalves(Warp w, int m, int low, int high, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector whole = IntVector.fromArray(WORD, r, a + l);
      whole.and(0xffff).intoArray(r, low + l, VectorMask.fromLong(WORD, m >> l));
      whole.lanewise(VectorOperators.LSHR, 16).intoArray(r, high + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** Two words make 64 bits. */
  public static void packWords(Warp w, int m, int d, int low, int high) {
    for (int l = 0; l < WARP; l += LONGS) {
      IntVector x = IntVector.fromArray(HALF, w.words, low + l);
      IntVector y = IntVector.fromArray(HALF, w.words, high + l);
      LongVector bottom = (LongVector) x.convertShape(VectorOperators.ZERO_EXTEND_I2L, LONG, 0);
      LongVector top = (LongVector) y.convertShape(VectorOperators.ZERO_EXTEND_I2L, LONG, 0);
      LongVector whole = top.lanewise(VectorOperators.LSHL, 32).or(bottom);
      whole.intoArray(w.longs, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** 64 bits make two words. */
  public static void unpackWords(Warp w, int m, int low, int high, int a) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        long whole = w.longs[a + l];
        w.words[low + l] = (int) whole;
        w.words[high + l] = (int) (whole >>> 32);
      }
    }
  }

  /** Parts of the given size make up to 32 bits. */
  public static void packWord(Warp w, int m, int d, int parts, int bits) {
    int[] r = w.words;
    int[] list = w.lists[parts];
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        int whole = 0;
        for (int i = 0; i < list.length; i++) {
          whole |= r[list[i] + l] << i * bits;
        }
        r[d + l] = whole;
      }
    }
  }

  /** Up to 32 bits make parts of the given size. */
  public static void unpackWord(Warp w, int m, int parts, int a, int bits) {
    int[] r = w.words;
    int[] list = w.lists[parts];
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        int whole = r[a + l];
        for (int i = 0; i < list.length; i++) {
          r[list[i] + l] = whole >>> i * bits & (1 << bits) - 1;
        }
      }
    }
  }

  /** Parts of the given size make 64 bits. */
  public static void packWide(Warp w, int m, int d, int parts, int bits) {
    int[] list = w.lists[parts];
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        long whole = 0;
        for (int i = 0; i < list.length; i++) {
          whole |= (long) w.words[list[i] + l] << i * bits;
        }
        w.longs[d + l] = whole;
      }
    }
  }

  /** 64 bits make parts of the given size. */
  public static void unpackWide(Warp w, int m, int parts, int a, int bits) {
    int[] list = w.lists[parts];
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        long whole = w.longs[a + l];
        for (int i = 0; i < list.length; i++) {
          w.words[list[i] + l] = (int) (whole >>> i * bits) & (1 << bits) - 1;
        }
      }
    }
  }
}
