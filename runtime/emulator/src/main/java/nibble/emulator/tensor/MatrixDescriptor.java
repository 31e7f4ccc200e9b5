package nibble.emulator.tensor;

/**
 * Where a factor of a warpgroup's instruction lies in shared memory (PTX ISA 9.7.15.5.1): its 64-bit descriptor. Memory
 * is read in chunks of 16 bytes. With {@code S} bytes to a row of a swizzle (16 where there is none), chunks lie at
 *
 * <pre>
 * K within a chunk:                line n, chunk c of K:   S (n mod 8) + stride (n / 8) + 16 c
 *                                  without swizzle:       16 (n mod 8) + stride (n / 8) + leading c
 * lines within a chunk, 16 bits:   chunk u of lines, k:   16 (u mod S/16) + leading (u / (S/16)) + S (k mod 8) + stride (k / 8)
 *                                  without swizzle:       stride u + 16 (k mod 8) + leading (k / 8)
 * </pre>
 *
 * <p>and then bits 4 and up of the address are xored with bits 7 and up, as many as the swizzle has; the pattern starts
 * {@code baseOffset} rows of 128 bytes behind a boundary. Of what exceeds a swizzle's row along {@code K} PTX ISA says
 * nothing; here it follows at the leading offset.
 *
 * @param leading bytes
 * @param stride bytes
 * @param span bytes of a row of the swizzle
 */
public record MatrixDescriptor(int start, int leading, int stride, int baseOffset, int span) {
  public static final int CHUNK = 16;
  private static final int FIELD = 0x3fff;

  /** What a descriptor says. */
  public static MatrixDescriptor of(long code) {
    int span =
        switch ((int) (code >>> 62)) {
          case 0 -> 16;
          case 1 -> 128;
          case 2 -> 64;
          default -> 32;
        };
    return new MatrixDescriptor(
        ((int) code & FIELD) << 4,
        ((int) (code >>> 16) & FIELD) << 4,
        ((int) (code >>> 32) & FIELD) << 4,
        (int) (code >>> 49) & 7,
        span);
  }

  /** The address of a chunk of a line: its {@code chunk}-th 16 bytes along {@code K}. */
  public int alongK(int line, int chunk) {
    int chunks = span / CHUNK;
    int along = chunk % chunks * CHUNK + chunk / chunks * leading;
    return swizzled(start + line % 8 * span + line / 8 * stride + along);
  }

  /**
   * The address of eight elements of 16 bits that are neighbours in one column of {@code K}: lines {@code 8u} and on.
   */
  public int acrossK(int u, int k) {
    int chunks = span / CHUNK;
    boolean isPlain = chunks == 1;
    int near = isPlain ? u * stride : u % chunks * CHUNK + u / chunks * leading;
    int far = k % 8 * span + k / 8 * (isPlain ? leading : stride);
    return swizzled(start + near + far);
  }

  private int swizzled(int address) {
    int row = (address >>> 7) - baseOffset;
    return address ^ (row & span / CHUNK - 1) << 4;
  }
}
