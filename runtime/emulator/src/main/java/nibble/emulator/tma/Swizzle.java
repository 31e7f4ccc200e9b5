package nibble.emulator.tma;

/**
 * How a box, or a matrix that {@code wgmma} reads, is mixed up in shared memory, so that rows and columns are both read
 * without bank conflicts: some bits of an address are flipped by higher ones (PTX ISA 5.5.7).
 */
public enum Swizzle {
  NONE(0, 0, 0),
  /** Chunks of 16 bytes in 32. */
  B32(32, 3, 0x10),
  /** Chunks of 16 bytes in 64. */
  B64(64, 3, 0x30),
  /** Chunks of 16 bytes in 128. */
  B128(128, 3, 0x70),
  /** Chunks of 32 bytes in 128. */
  B128_ATOM_32B(128, 2, 0x60),
  /** Chunks of 64 bytes in 128. */
  B128_ATOM_64B(128, 1, 0x40);

  private final int span;
  private final int shift;
  private final int flipped;

  Swizzle(int span, int shift, int flipped) {
    this.span = span;
    this.shift = shift;
    this.flipped = flipped;
  }

  /** Bytes within which chunks change places; zero for none. */
  public int span() {
    return span;
  }

  /** Bytes after which the pattern repeats. */
  public int period() {
    return 8 * span;
  }

  /** Where the byte of an address is in shared memory; the function is its own inverse. */
  public long place(long address) {
    return address ^ address >>> shift & flipped;
  }

  /** {@link #place} where the pattern starts so many times 128 bytes behind a multiple of its period. */
  public long place(long address, int base) {
    return address ^ address - 128L * base >>> shift & flipped;
  }
}
