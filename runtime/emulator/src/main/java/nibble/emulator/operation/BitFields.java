package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;
import static nibble.emulator.lane.Lanes.has;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import nibble.emulator.execute.Warp;

/** Extracting, inserting, finding and permuting bits. */
public final class BitFields {
  /** Selectors of {@code f4e}, {@code b4e}, {@code rc8}, {@code ecl}, {@code ecr}, {@code rc16} (PTX ISA, "prmt"). */
  private static final int[][] SELECTORS = {
    {0x3210, 0x4321, 0x5432, 0x6543},
    {0x5670, 0x6701, 0x7012, 0x0123},
    {0x0000, 0x1111, 0x2222, 0x3333},
    {0x3210, 0x3211, 0x3222, 0x3333},
    {0x0000, 0x1110, 0x2210, 0x3210},
    {0x1010, 0x3232, 0x1010, 0x3232},
  };

  private BitFields() {}

  /** {@code bfe.u32}: {@code c} bits of {@code a} from bit {@code b} on. */
  public static void extract(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, from, count) -> (int) extract(x & 0xffffffffL, from & 255, count & 255));
  }

  /** {@code bfe.s32}. */
  public static void extractSigned(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, from, count) -> (int) extractSigned(x, from & 255, count & 255, 31));
  }

  /** {@code bfe.u64}. */
  public static void extractWide(Warp w, int m, int d, int a, int b, int c) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.longs[d + l] = extract(w.longs[a + l], w.words[b + l] & 255, w.words[c + l] & 255);
      }
    }
  }

  /** {@code bfe.s64}. */
  public static void extractWideSigned(Warp w, int m, int d, int a, int b, int c) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.longs[d + l] = extractSigned(w.longs[a + l], w.words[b + l] & 255, w.words[c + l] & 255, 63);
      }
    }
  }

  private static long extract(long value, int from, int count) {
    long field = from > 63 ? 0 : value >>> from;
    return count > 63 ? field : field & (1L << count) - 1;
  }

  /** Bits beyond the most significant one repeat the field's sign, which is at most the value's (PTX ISA, "bfe"). */
  private static long extractSigned(long value, int from, int count, int mostSignificant) {
    if (count == 0) {
      return 0;
    }
    int last = Math.min(from + count - 1, mostSignificant);
    long field = value >> Math.min(from, mostSignificant);
    int width = Math.max(last - from + 1, 1);
    return field << 64 - width >> 64 - width;
  }

  /** {@code bfi.b32}: {@code b} with {@code e} bits from bit {@code c} on replaced by {@code a}. */
  public static void insert(Warp w, int m, int d, int a, int b, int c, int e) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        int from = w.words[c + l] & 255;
        long field = field(from, w.words[e + l] & 255);
        long moved = from > 31 ? 0 : (long) w.words[a + l] << from;
        w.words[d + l] = (int) (w.words[b + l] & ~field | moved & field);
      }
    }
  }

  /** {@code bfi.b64}. */
  public static void insertWide(Warp w, int m, int d, int a, int b, int c, int e) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        int from = w.words[c + l] & 255;
        long field = field(from, w.words[e + l] & 255);
        long moved = from > 63 ? 0 : w.longs[a + l] << from;
        w.longs[d + l] = w.longs[b + l] & ~field | moved & field;
      }
    }
  }

  private static long field(int from, int count) {
    long ones = count > 63 ? -1 : (1L << count) - 1;
    return from > 63 ? 0 : ones << from;
  }

  /** {@code bmsk}: {@code b} ones from bit {@code a} on; sums are clamped or taken modulo 32. */
  public static void mask(Warp w, int m, int d, int a, int b, int mode) {
    Each.word(w, m, d, a, b, (x, y) -> (int) field(width(x, mode), width(y, mode)));
  }

  /** {@code bfind.u32}: place of the highest one, or how far it is from the top; all ones if there is none. */
  public static void find(Warp w, int m, int d, int a, int shift) {
    Each.word(w, m, d, a, x -> find(x & 0xffffffffL, shift != 0, 31));
  }

  /** {@code bfind.s32}: place of the highest bit that differs from the sign. */
  public static void findSigned(Warp w, int m, int d, int a, int shift) {
    Each.word(w, m, d, a, x -> find((x < 0 ? ~x : x) & 0xffffffffL, shift != 0, 31));
  }

  /** {@code bfind.u64}. */
  public static void findWide(Warp w, int m, int d, int a, int shift) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = find(w.longs[a + l], shift != 0, 63);
      }
    }
  }

  /** {@code bfind.s64}. */
  public static void findWideSigned(Warp w, int m, int d, int a, int shift) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        long value = w.longs[a + l];
        w.words[d + l] = find(value < 0 ? ~value : value, shift != 0, 63);
      }
    }
  }

  private static int find(long value, boolean asShift, int top) {
    if (value == 0) {
      return -1;
    }
    int place = 63 - Long.numberOfLeadingZeros(value);
    return asShift ? top - place : place;
  }

  /** {@code fns}: place of the {@code c}-th one of {@code a} from bit {@code b} on, downwards if negative. */
  public static void findNth(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, BitFields::findNth);
  }

  private static int findNth(int mask, int base, int offset) {
    int wanted = Math.abs(offset);
    int step = offset < 0 ? -1 : 1;
    if (offset == 0) {
      return has(mask, base) ? base : -1;
    }
    for (int place = base; place >= 0 && place < 32; place += step) {
      if (has(mask, place) && --wanted == 0) {
        return place;
      }
    }
    return -1;
  }

  /** {@code lop3}: the function of three bits that the table gives (bit {@code 4a + 2b + c} of it). */
  public static void logic(Warp w, int m, int d, int a, int b, int c, int table) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      IntVector z = IntVector.fromArray(WORD, r, c + l);
      IntVector notZ = z.not();
      // What the table says for each pair of x and y, as a function of z; then one of the four.
      IntVector f00 = z.and(-(table >>> 1 & 1)).or(notZ.and(-(table & 1)));
      IntVector f01 = z.and(-(table >>> 3 & 1)).or(notZ.and(-(table >>> 2 & 1)));
      IntVector f10 = z.and(-(table >>> 5 & 1)).or(notZ.and(-(table >>> 4 & 1)));
      IntVector f11 = z.and(-(table >>> 7 & 1)).or(notZ.and(-(table >>> 6 & 1)));
      IntVector f0 = y.and(f01).or(y.not().and(f00));
      IntVector f1 = y.and(f11).or(y.not().and(f10));
      x.and(f1).or(x.not().and(f0)).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@link #logic}, and {@code p}: whether the result is not zero, or {@code q}. */
  public static void logicOr(Warp w, int m, int d, int p, int a, int b, int c, int table, int q) {
    logic(w, m, d, a, b, c, table);
    Predicates.put(w, m, p, notZero(w, d) | w.predicates[q]);
  }

  /** {@link #logic}, and {@code p}: whether the result is not zero, and {@code q}. */
  public static void logicAnd(Warp w, int m, int d, int p, int a, int b, int c, int table, int q) {
    logic(w, m, d, a, b, c, table);
    Predicates.put(w, m, p, notZero(w, d) & w.predicates[q]);
  }

  private static int notZero(Warp w, int register) {
    int bits = 0;
    for (int l = 0; l < WARP; l++) {
      bits |= w.words[register + l] != 0 ? 1 << l : 0;
    }
    return bits;
  }

  /** {@code cnot}: 1 for zero, else 0. */
  public static void isZero(Warp w, int m, int d, int a) {
    Each.word(w, m, d, a, x -> x == 0 ? 1 : 0);
  }

  /** {@code cnot.b64}. */
  public static void isZeroWide(Warp w, int m, int d, int a) {
    Each.wide(w, m, d, a, x -> x == 0 ? 1 : 0);
  }

  /** {@code szext.u32}: the low {@code b} bits of {@code a}, zero-extended. */
  public static void zeroExtend(Warp w, int m, int d, int a, int b, int mode) {
    Each.word(w, m, d, a, b, (x, bits) -> (int) extract(x & 0xffffffffL, 0, width(bits, mode)));
  }

  /** {@code szext.s32}: the low {@code b} bits of {@code a}, sign-extended. */
  public static void signExtend(Warp w, int m, int d, int a, int b, int mode) {
    Each.word(w, m, d, a, b, (x, bits) -> (int) extractSigned(x, 0, width(bits, mode), 31));
  }

  private static int width(int bits, int mode) {
    return mode == 2 ? bits & 31 : Integer.compareUnsigned(bits, 32) > 0 ? 32 : bits;
  }

  /** {@code shf.l}: the high half of {@code b:a} shifted left; counts are clamped to 32 or taken modulo 32. */
  public static void funnelLeft(Warp w, int m, int d, int a, int b, int c, int mode) {
    Each.word(
        w, m, d, a, b, c,
        (low, high, count) -> (int) (join(low, high) << width(count, mode) >>> 32));
  }

  /** {@code shf.r}: the low half of {@code b:a} shifted right. */
  public static void funnelRight(Warp w, int m, int d, int a, int b, int c, int mode) {
    Each.word(w, m, d, a, b, c, (low, high, count) -> (int) (join(low, high) >>> width(count, mode)));
  }

  private static long join(int low, int high) {
    return (long) high << 32 | low & 0xffffffffL;
  }

  /** {@code prmt}: four bytes chosen from the eight of {@code b:a}, or copies of their signs. */
  public static void permute(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (low, high, selector) -> permute(join(low, high), selector));
  }

  /** {@code prmt} with a mode; each mode is a table of selectors by the low two bits of {@code c}. */
  public static void permuteByMode(Warp w, int m, int d, int a, int b, int c, int mode) {
    int[] selectors = SELECTORS[mode - 1];
    Each.word(w, m, d, a, b, c, (low, high, index) -> permute(join(low, high), selectors[index & 3]));
  }

  private static int permute(long bytes, int selector) {
    return pick(bytes, selector)
        | pick(bytes, selector >>> 4) << 8
        | pick(bytes, selector >>> 8) << 16
        | pick(bytes, selector >>> 12) << 24;
  }

  private static int pick(long bytes, int selector) {
    int picked = (int) (bytes >>> 8 * (selector & 7)) & 255;
    return (selector & 8) == 0 ? picked : (byte) picked >> 7 & 255;
  }
}
