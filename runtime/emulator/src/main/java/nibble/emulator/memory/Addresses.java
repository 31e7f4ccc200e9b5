package nibble.emulator.memory;

/**
 * The 64-bit generic address space.
 *
 * <p>Each allocation has a slot of 2^36 bytes to itself, so that an index that is wrong by as much as 2^32 elements of
 * eight bytes still lands outside of every other one. Slot 0 holds the windows through which generic addresses reach
 * shared, local and parameter memory; an address below 2^32 is in no window, so null never is.
 */
public final class Addresses {
  /** Bits of an address inside an allocation's slot. */
  public static final int SLOT_BITS = 36;

  /** Generic address of offset 0 in shared memory. */
  public static final long SHARED = 1L << 32;

  /** Generic address of offset 0 in a thread's local memory. */
  public static final long LOCAL = 2L << 32;

  /** Generic address of the first kernel parameter. */
  public static final long PARAM = 3L << 32;

  /** Addresses of functions, which are in no memory. */
  public static final long CODE = 4L << 32;

  /** Size of a window. */
  public static final long WINDOW = 1L << 32;

  private Addresses() {}

  /** An address as messages show it. */
  public static String hex(long address) {
    return "0x" + Long.toHexString(address);
  }
}
