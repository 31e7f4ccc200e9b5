package nibble.engine.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import nibble.ir.diagnostic.InputException;

/** Zeroed memory of this process for bytes of tensors. Freed by the garbage collector. */
public final class HostBytes {
  // Arrays of a few elements less than Integer.MAX_VALUE are refused by the JVM.
  private static final long MAX_ARRAY = Integer.MAX_VALUE - 16L;

  private HostBytes() {}

  /**
   * Memory of that many bytes: an array where one is long enough, native memory beyond.
   *
   * @param size bytes
   * @param purpose what they are for, for the message
   * @throws InputException where the process can't have so much
   */
  public static MemorySegment allocate(long size, String purpose) {
    require(size, purpose);
    try {
      return size <= MAX_ARRAY ? MemorySegment.ofArray(new byte[(int) size]) : Arena.ofAuto().allocate(size, 64);
    } catch (OutOfMemoryError full) {
      throw tooLarge(size, purpose);
    }
  }

  /**
   * An array of that many doubles.
   *
   * @throws InputException where the heap is too small for it
   */
  public static double[] doubles(long count, String purpose) {
    require(Math.multiplyExact(count, (long) Double.BYTES), purpose);
    try {
      return new double[Math.toIntExact(count)];
    } catch (OutOfMemoryError full) {
      throw tooLarge(count * Double.BYTES, purpose);
    }
  }

  private static void require(long size, String purpose) {
    if (size > Runtime.getRuntime().maxMemory()) {
      throw tooLarge(size, purpose);
    }
  }

  private static InputException tooLarge(long size, String purpose) {
    return new InputException(
        purpose + " needs " + mebibytes(size) + " of memory, more than is left of the "
            + mebibytes(Runtime.getRuntime().maxMemory()) + " that this process may use",
        "give the JVM a larger heap with -Xmx");
  }

  private static String mebibytes(long size) {
    return (size >> 20) + " MiB";
  }
}
