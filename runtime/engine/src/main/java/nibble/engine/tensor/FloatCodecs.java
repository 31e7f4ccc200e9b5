package nibble.engine.tensor;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import nibble.ir.eval.Parallel;
import nibble.ir.format.FloatFormat;
import nibble.ir.format.Formats;
import nibble.ir.format.Rounding;

/** Quick codecs of the wide floating-point formats; bit for bit what the formats themselves do. */
final class FloatCodecs {
  private static final ValueLayout.OfDouble DOUBLE = JAVA_DOUBLE_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT = JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);

  private FloatCodecs() {}

  /** The code in a format that is the upper part of an f32, without so many bits. */
  private static int upperBits(double value, FloatFormat format, int dropped) {
    float single = (float) value;
    int bits = Float.floatToRawIntBits(single);
    // A carry runs into the exponent, and from the largest finite value into infinity, as it should.
    return single == value
        ? bits + (1 << dropped - 1) - 1 + (bits >>> dropped & 1) >>> dropped
        : (int) format.encode(value, Rounding.NEAREST_EVEN);
  }

  record F64() implements ElementCodec {
    @Override
    public void encode(double[] elements, MemorySegment bytes) {
      Parallel.ranges(elements.length, (from, to) -> {
        for (int i = from; i < to; i++) {
          double value = elements[i];
          if (Double.isNaN(value)) {
            bytes.set(DOUBLE, 8L * i, Double.longBitsToDouble(Formats.F64.encode(value, Rounding.NEAREST_EVEN)));
          } else {
            bytes.set(DOUBLE, 8L * i, value);
          }
        }
      });
    }

    @Override
    public void decode(MemorySegment bytes, double[] elements) {
      Parallel.ranges(elements.length, (from, to) -> {
        for (int i = from; i < to; i++) {
          elements[i] = bytes.get(DOUBLE, 8L * i);
        }
      });
    }
  }

  record F32() implements ElementCodec {
    private static final float NAN = Float.intBitsToFloat(0x7fffffff);

    @Override
    public void encode(double[] elements, MemorySegment bytes) {
      Parallel.ranges(elements.length, (from, to) -> {
        for (int i = from; i < to; i++) {
          float value = (float) elements[i];
          bytes.set(FLOAT, 4L * i, Float.isNaN(value) ? NAN : value);
        }
      });
    }

    @Override
    public void decode(MemorySegment bytes, double[] elements) {
      Parallel.ranges(elements.length, (from, to) -> {
        for (int i = from; i < to; i++) {
          elements[i] = bytes.get(FLOAT, 4L * i);
        }
      });
    }
  }

  /** The upper 19 bits of an f32; the others are zero. */
  record TF32() implements ElementCodec {
    private static final int DROPPED = Formats.TF32.zeroBits();

    @Override
    public void encode(double[] elements, MemorySegment bytes) {
      Parallel.ranges(elements.length, (from, to) -> {
        for (int i = from; i < to; i++) {
          bytes.set(FLOAT, 4L * i, Float.intBitsToFloat(upperBits(elements[i], Formats.TF32, DROPPED) << DROPPED));
        }
      });
    }

    @Override
    public void decode(MemorySegment bytes, double[] elements) {
      new F32().decode(bytes, elements);
    }
  }

  record F16() implements ElementCodec {
    @Override
    public void encode(double[] elements, MemorySegment bytes) {
      Parallel.ranges(elements.length, (from, to) -> {
        for (int i = from; i < to; i++) {
          double value = elements[i];
          float single = (float) value;
          // An inexact step to f32 would round twice; NaN has a code of its own in the format.
          short code = single == value
              ? Float.floatToFloat16(single) : (short) Formats.F16.encode(value, Rounding.NEAREST_EVEN);
          bytes.set(SHORT, 2L * i, code);
        }
      });
    }

    @Override
    public void decode(MemorySegment bytes, double[] elements) {
      Parallel.ranges(elements.length, (from, to) -> {
        for (int i = from; i < to; i++) {
          elements[i] = Float.float16ToFloat(bytes.get(SHORT, 2L * i));
        }
      });
    }
  }

  record BF16() implements ElementCodec {
    @Override
    public void encode(double[] elements, MemorySegment bytes) {
      Parallel.ranges(elements.length, (from, to) -> {
        for (int i = from; i < to; i++) {
          bytes.set(SHORT, 2L * i, (short) upperBits(elements[i], Formats.BF16, Short.SIZE));
        }
      });
    }

    @Override
    public void decode(MemorySegment bytes, double[] elements) {
      Parallel.ranges(elements.length, (from, to) -> {
        for (int i = from; i < to; i++) {
          elements[i] = Float.intBitsToFloat(bytes.get(SHORT, 2L * i) << 16);
        }
      });
    }
  }
}
