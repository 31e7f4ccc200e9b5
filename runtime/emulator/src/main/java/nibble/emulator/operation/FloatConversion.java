package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;
import static nibble.emulator.lane.Lanes.has;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import nibble.emulator.execute.Warp;
import nibble.emulator.format.FloatFormat;
import nibble.emulator.format.Rounding;

/**
 * {@code cvt} between floating-point formats. A format is given by its number in {@link FloatFormat}; {@code rounding}
 * is the choice of {@code rn rz rm rp rna}, {@code whole} that of {@code rni rzi rmi rpi}, zero where there is none.
 */
public final class FloatConversion {
  private static final VectorSpecies<Float> FLOAT = FloatVector.SPECIES_PREFERRED;
  private static final FloatFormat[] FORMATS = FloatFormat.values();
  private static final int FLUSH = 1;
  private static final int SATURATE = 2;
  private static final int RELU = 4;
  private static final int FINITE = 8;

  private FloatConversion() {}

  /** The exact value of a code of up to 32 bits. */
  static double decode(FloatFormat format, int bits) {
    return switch (format) {
      case F32, TF32 -> Float.intBitsToFloat(bits);
      case F16 -> Halves.F16.value(bits);
      case BF16 -> Halves.BF16.value(bits);
      default -> format.decode(bits);
    };
  }

  /** Rounds to a format of up to 32 bits; a {@code tf32} is a single with low bits that are zero. */
  static int encode(FloatFormat format, double value, Rounding rounding, boolean saturates) {
    if (rounding == Rounding.NEAREST_EVEN && !saturates) {
      switch (format) {
        case F32 -> {
          return Floats.bits((float) value);
        }
        case F16 -> {
          return Halves.F16.bits(value);
        }
        case BF16 -> {
          return Halves.BF16.bits(value);
        }
        default -> {}
      }
    }
    if (format == FloatFormat.TF32) {
      return Double.isNaN(value) ? Floats.NAN : format.encode(value, rounding, saturates) << 13;
    }
    return format.encode(value, rounding, saturates);
  }

  /** Rounds to a whole number; see {@code whole} above. */
  static double round(double value, int whole) {
    return switch (whole) {
      case 1 -> Math.rint(value);
      case 2 -> value < 0 ? Math.ceil(value) : Math.floor(value);
      case 3 -> Math.floor(value);
      case 4 -> Math.ceil(value);
      default -> value;
    };
  }

  private static double clamp(double value, int control) {
    if ((control & SATURATE) != 0) {
      // NaN becomes 0, too.
      return value > 0 ? Math.min(value, 1) : 0;
    }
    return (control & RELU) != 0 && value <= 0 ? 0 : value;
  }

  /**
   * From up to 32 bits to up to 32.
   *
   * @param control bits: 1 flushes single-precision subnormals, 2 clamps to 0 to 1, 4 makes negative results zero, 8
   *     makes what is too large the largest finite number
   */
  public static void wordToWord(
      Warp w, int m, int d, int a, int from, int to, int rounding, int whole, int control) {
    FloatFormat source = FORMATS[from];
    FloatFormat target = FORMATS[to];
    Rounding mode = Rounding.numbered(rounding);
    boolean flushesSource = (control & FLUSH) != 0 && source == FloatFormat.F32;
    boolean flushesTarget = (control & FLUSH) != 0 && target == FloatFormat.F32;
    Each.word(
        w, m, d, a,
        x -> {
          double value = clamp(round(decode(source, Floats.flush(x, flushesSource)), whole), control);
          return Floats.flush(encode(target, value, mode, (control & FINITE) != 0), flushesTarget);
        });
  }

  /** From up to 32 bits to double precision. */
  public static void wordToWide(Warp w, int m, int d, int a, int from, int control) {
    FloatFormat source = FORMATS[from];
    boolean flushes = (control & FLUSH) != 0 && source == FloatFormat.F32;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        double value = clamp(decode(source, Floats.flush(w.words[a + l], flushes)), control);
        w.longs[d + l] = Double.doubleToRawLongBits(value);
      }
    }
  }

  /** From double precision to up to 32 bits. */
  public static void wideToWord(Warp w, int m, int d, int a, int to, int rounding, int control) {
    FloatFormat target = FORMATS[to];
    Rounding mode = Rounding.numbered(rounding);
    boolean flushes = (control & FLUSH) != 0 && target == FloatFormat.F32;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        double value = clamp(Double.longBitsToDouble(w.longs[a + l]), control);
        w.words[d + l] = Floats.flush(encode(target, value, mode, false), flushes);
      }
    }
  }

  /** Double precision, rounded to a whole number or clamped. */
  public static void wideToWide(Warp w, int m, int d, int a, int whole, int control) {
    Each.wide(
        w, m, d, a,
        x -> Double.doubleToRawLongBits(clamp(round(Double.longBitsToDouble(x), whole), control)));
  }

  /** f16 to single precision. */
  public static void fromHalf(Warp w, int m, int d, int a) {
    Each.word(w, m, d, a, x -> Floats.bits(Halves.F16.value(x)));
  }

  /** Single precision to f16, to nearest. */
  public static void toHalf(Warp w, int m, int d, int a) {
    Each.word(w, m, d, a, x -> Halves.F16.bits(Float.intBitsToFloat(x)));
  }

  /** Signed 32-bit integers to single precision, to nearest. */
  public static void fromSigned(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      FloatVector value = (FloatVector) x.convertShape(VectorOperators.I2F, FLOAT, 0);
      value.reinterpretAsInts().intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** Single precision to signed 32-bit integers, towards zero. */
  public static void toSigned(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      FloatVector x = IntVector.fromArray(WORD, r, a + l).reinterpretAsFloats();
      IntVector value = (IntVector) x.convertShape(VectorOperators.F2I, WORD, 0);
      value.intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** Single precision to signed 32-bit integers, to nearest. */
  public static void toSignedNearest(Warp w, int m, int d, int a) {
    Each.word(w, m, d, a, x -> (int) Math.rint(Float.intBitsToFloat(x)));
  }

  /**
   * Two single-precision numbers to a pair of a narrow format, {@code a} in the upper half.
   *
   * @param control see {@link #wordToWord}
   */
  public static void pack(Warp w, int m, int d, int a, int b, int to, int rounding, int control) {
    FloatFormat target = FORMATS[to];
    Rounding mode = Rounding.numbered(rounding);
    if (target == FloatFormat.F16 && mode == Rounding.NEAREST_EVEN && control == 0) {
      packHalves(w, m, d, a, b);
      return;
    }
    int bits = fieldBits(target);
    Each.word(
        w, m, d, a, b,
        (x, y) -> narrow(target, x, mode, control) << bits | narrow(target, y, mode, control));
  }

  /** Two single-precision numbers to a pair of f16, to nearest. */
  private static void packHalves(Warp w, int m, int d, int a, int b) {
    halves(w.words, a, w.scratch, 0);
    halves(w.words, b, w.scratch, WARP);
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector upper = IntVector.fromArray(WORD, w.scratch, l).lanewise(VectorOperators.LSHL, 16);
      IntVector pair = upper.or(IntVector.fromArray(WORD, w.scratch, WARP + l));
      pair.intoArray(w.words, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** The f16 codes that are nearest to single-precision numbers, as {@link Halves#F16} gives them. */
  private static void halves(int[] words, int register, int[] codes, int at) {
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, words, register + l);
      IntVector magnitude = x.and(0x7fffffff);
      // 13 bits of the fraction go, and 112 is the difference of the biases.
      IntVector odd = magnitude.lanewise(VectorOperators.LSHR, 13).and(1);
      IntVector normal = magnitude.add(0xfff - (112 << 23)).add(odd).lanewise(VectorOperators.LSHR, 13);
      // The lowest bit of a half in single precision is that of a subnormal f16, so that an addition rounds to it.
      IntVector subnormal = magnitude.reinterpretAsFloats().add(0.5f).reinterpretAsInts().sub(0x3f000000);
      IntVector code = normal.min(0x7c00).blend(subnormal, magnitude.compare(VectorOperators.LT, 113 << 23));
      IntVector signed = code.or(x.lanewise(VectorOperators.LSHR, 16).and(Halves.SIGN));
      signed.blend(Halves.NAN, magnitude.compare(VectorOperators.GT, 0x7f800000)).intoArray(codes, at + l);
    }
  }

  private static int narrow(FloatFormat target, int bits, Rounding mode, int control) {
    return encode(target, clamp(Float.intBitsToFloat(bits), control), mode, (control & FINITE) != 0);
  }

  /** Formats of six bits have a byte each. */
  private static int fieldBits(FloatFormat format) {
    return format.bits() == 6 ? 8 : format.bits();
  }

  /** A pair of one format of at most 16 bits to a pair of another. */
  public static void repack(Warp w, int m, int d, int a, int from, int to, int rounding, int control) {
    FloatFormat source = FORMATS[from];
    FloatFormat target = FORMATS[to];
    Rounding mode = Rounding.numbered(rounding);
    int in = fieldBits(source);
    int out = fieldBits(target);
    Each.word(
        w, m, d, a,
        x -> {
          double low = clamp(decode(source, x & (1 << in) - 1), control);
          double high = clamp(decode(source, x >>> in & (1 << in) - 1), control);
          boolean saturates = (control & FINITE) != 0;
          return encode(target, high, mode, saturates) << out | encode(target, low, mode, saturates);
        });
  }
}
