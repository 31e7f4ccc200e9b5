package nibble.engine.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import nibble.ir.eval.Parallel;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;

/** Elements narrower or wider than whole bytes, packed without gaps, least significant bit first. */
record PackedBitsCodec(NumberFormat format) implements ElementCodec {
  // Eight elements end on a byte boundary whatever their width, so groups of eight share no byte.
  private static final int GROUP = 8;

  @Override
  public void encode(double[] elements, MemorySegment bytes) {
    int bits = format.storageBits();
    forGroups(elements.length, (from, to) -> {
      long start = (long) from * bits / Byte.SIZE;
      long end = Math.ceilDiv((long) to * bits, (long) Byte.SIZE);
      bytes.asSlice(start, end - start).fill((byte) 0);
      for (int i = from; i < to; i++) {
        put(bytes, (long) i * bits, format.encode(elements[i], Rounding.NEAREST_EVEN));
      }
    });
  }

  @Override
  public void decode(MemorySegment bytes, double[] elements) {
    int bits = format.storageBits();
    forGroups(elements.length, (from, to) -> {
      for (int i = from; i < to; i++) {
        elements[i] = format.decode(get(bytes, (long) i * bits));
      }
    });
  }

  private static void forGroups(int count, Parallel.Range body) {
    Parallel.ranges(Math.ceilDiv(count, GROUP), (from, to) -> {
      if (from < to) {
        body.run(from * GROUP, (int) Math.min(count, (long) to * GROUP));
      }
    });
  }

  private void put(MemorySegment bytes, long position, long code) {
    for (int bit = 0; bit < format.storageBits(); bit++) {
      long at = (position + bit) / Byte.SIZE;
      int set = (int) (code >>> bit & 1) << (position + bit) % Byte.SIZE;
      bytes.set(JAVA_BYTE, at, (byte) (bytes.get(JAVA_BYTE, at) | set));
    }
  }

  private long get(MemorySegment bytes, long position) {
    long code = 0;
    for (int bit = 0; bit < format.storageBits(); bit++) {
      int piece = bytes.get(JAVA_BYTE, (position + bit) / Byte.SIZE);
      code |= (long) (piece >>> (position + bit) % Byte.SIZE & 1) << bit;
    }
    return code;
  }
}
