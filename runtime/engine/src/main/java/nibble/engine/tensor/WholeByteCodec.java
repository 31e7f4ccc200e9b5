package nibble.engine.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import nibble.ir.eval.Parallel;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;

/** Elements of one or more whole bytes each, by the format's own encoding. */
record WholeByteCodec(NumberFormat format) implements ElementCodec {
  private int width() {
    return format.storageBits() / Byte.SIZE;
  }

  @Override
  public void encode(double[] elements, MemorySegment bytes) {
    int width = width();
    Parallel.ranges(elements.length, (from, to) -> {
      for (int i = from; i < to; i++) {
        long code = format.encode(elements[i], Rounding.NEAREST_EVEN) << format.zeroBits();
        for (int b = 0; b < width; b++) {
          bytes.set(JAVA_BYTE, (long) i * width + b, (byte) (code >>> (Byte.SIZE * b)));
        }
      }
    });
  }

  @Override
  public void decode(MemorySegment bytes, double[] elements) {
    int width = width();
    Parallel.ranges(elements.length, (from, to) -> {
      for (int i = from; i < to; i++) {
        long code = 0;
        for (int b = 0; b < width; b++) {
          code |= (bytes.get(JAVA_BYTE, (long) i * width + b) & 0xffL) << (Byte.SIZE * b);
        }
        elements[i] = format.decode(code >>> format.zeroBits());
      }
    });
  }
}
