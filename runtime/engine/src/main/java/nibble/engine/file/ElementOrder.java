package nibble.engine.file;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import nibble.engine.tensor.HostBytes;
import nibble.ir.TensorType;
import nibble.ir.eval.Parallel;
import nibble.ir.format.Formats;

/**
 * How elements lie in a file.
 *
 * @param columnMajor whether the first axis is the contiguous one ("Fortran order")
 * @param bigEndian whether the most significant byte of an element comes first
 */
record ElementOrder(boolean columnMajor, boolean bigEndian) {
  /** That of device memory. */
  static final ElementOrder MEMORY = new ElementOrder(false, false);

  /**
   * The bytes in row-major order, little-endian, truth values as 0 and 1: the same segment where they lie so already.
   */
  MemorySegment toMemoryOrder(TensorType type, MemorySegment bytes) {
    boolean transpose = columnMajor && type.rank() > 1;
    boolean swap = bigEndian && type.format().storageBits() > Byte.SIZE;
    boolean truth = type.format().equals(Formats.BOOL);
    if (!transpose && !swap && !truth) {
      return bytes;
    }
    MemorySegment ordered = HostBytes.allocate(bytes.byteSize(), "a " + type);
    int width = type.format().storageBits() / Byte.SIZE;
    int[] extents = type.shape().extents();
    int count = Math.toIntExact(type.shape().size().constant());
    Parallel.ranges(count, (from, to) -> {
      for (int i = from; i < to; i++) {
        long source = (long) (transpose ? columnMajorIndex(i, extents) : i) * width;
        long target = (long) i * width;
        for (int b = 0; b < width; b++) {
          byte piece = bytes.get(JAVA_BYTE, source + (swap ? width - 1 - b : b));
          ordered.set(JAVA_BYTE, target + b, truth && piece != 0 ? 1 : piece);
        }
      }
    });
    return ordered;
  }

  private static int columnMajorIndex(int rowMajorIndex, int[] extents) {
    int stride = 1;
    for (int extent : extents) {
      stride *= extent;
    }
    int rest = rowMajorIndex;
    int index = 0;
    for (int axis = extents.length - 1; axis >= 0; axis--) {
      stride /= extents[axis];
      index += rest % extents[axis] * stride;
      rest /= extents[axis];
    }
    return index;
  }
}
