package nibble.engine.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import nibble.ir.eval.Parallel;

/** Quick codecs of the common integer formats; bit for bit what the formats themselves do. */
final class IntegerCodecs {
  private static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);

  private IntegerCodecs() {}

  record I32() implements ElementCodec {
    @Override
    public void encode(double[] elements, MemorySegment bytes) {
      Parallel.ranges(elements.length, (from, to) -> {
        for (int i = from; i < to; i++) {
          // The cast saturates and takes NaN to 0.
          bytes.set(INT, 4L * i, (int) Math.rint(elements[i]));
        }
      });
    }

    @Override
    public void decode(MemorySegment bytes, double[] elements) {
      Parallel.ranges(elements.length, (from, to) -> {
        for (int i = from; i < to; i++) {
          elements[i] = bytes.get(INT, 4L * i);
        }
      });
    }
  }

  record I8() implements ElementCodec {
    @Override
    public void encode(double[] elements, MemorySegment bytes) {
      Parallel.ranges(elements.length, (from, to) -> {
        for (int i = from; i < to; i++) {
          int integer = (int) Math.rint(elements[i]);
          bytes.set(JAVA_BYTE, i, (byte) Math.clamp(integer, Byte.MIN_VALUE, Byte.MAX_VALUE));
        }
      });
    }

    @Override
    public void decode(MemorySegment bytes, double[] elements) {
      Parallel.ranges(elements.length, (from, to) -> {
        for (int i = from; i < to; i++) {
          elements[i] = bytes.get(JAVA_BYTE, i);
        }
      });
    }
  }
}
