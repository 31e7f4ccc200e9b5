package nibble.codegen.layout;

/**
 * The swizzles of tensor maps and matrix descriptors: 16-byte chunks (or pairs and quads of them) of a row trade places
 * by an exclusive or with bits of the row number (PTX ISA 5.5.7). Each is its own inverse, and acts on offsets from a
 * base that is aligned to {@link #repeat}.
 */
public enum SwizzleMode {
  /** Chunk ^= (row / 4) & 1 in rows of 32 bytes. */
  BYTES_32(32, 3, 0x10),
  /** Chunk ^= (row / 2) & 3 in rows of 64 bytes. */
  BYTES_64(64, 3, 0x30),
  /** Chunk ^= row & 7 in rows of 128 bytes. */
  BYTES_128(128, 3, 0x70),
  /** 32-byte unit ^= row & 3 in rows of 128 bytes. */
  BYTES_128_ATOM_32(128, 2, 0x60),
  /** 64-byte unit ^= row & 1 in rows of 128 bytes. */
  BYTES_128_ATOM_64(128, 1, 0x40);

  private final int span;
  private final int shift;
  private final int mask;

  SwizzleMode(int span, int shift, int mask) {
    this.span = span;
    this.shift = shift;
    this.mask = mask;
  }

  /** The widest mode of 16-byte chunks for rows of so many bytes, a power of two of at least 32. */
  public static SwizzleMode ofRows(int bytes) {
    return bytes >= BYTES_128.span ? BYTES_128 : bytes >= BYTES_64.span ? BYTES_64 : BYTES_32;
  }

  /** The bytes of a row: the widest inner box of a tensor map. */
  public int span() {
    return span;
  }

  /**
   * After how many bytes the pattern starts again: eight rows of {@link #span} for the 128-byte mode with 16-byte
   * chunks.
   */
  public int repeat() {
    return Integer.highestOneBit(mask << shift) * 2;
  }

  /** Where the byte at a logical offset is, and the other way round. */
  public int apply(int offset) {
    return offset ^ offset >> shift & mask;
  }
}
