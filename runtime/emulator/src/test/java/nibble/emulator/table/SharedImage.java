package nibble.emulator.table;

/**
 * How a factor of a warpgroup's instruction lies in shared memory, dense, in one of the canonical layouts (PTX ISA
 * 9.7.15.5.1). Offsets of bytes are laid out plainly and then swizzled as a tensor copy would do it: {@code o ^ (o >> 3
 * & mask)}.
 *
 * @param span bytes of a row of the swizzle; 16 for none
 * @param isTransposed whether neighbours in memory are in one column of {@code K}, elements of 16 bits
 * @param lines rows of the left factor, or columns of the right one
 * @param bytes of a line
 * @param advance bytes by which the factor starts behind the swizzle's row
 */
record SharedImage(int span, boolean isTransposed, int lines, int bytes, int advance) {
  /** Whether there is such a layout. */
  boolean isLegal() {
    return isTransposed ? lines * 2 % span == 0 : span == 16 || bytes + advance <= span;
  }

  private int groups() {
    return isTransposed ? bytes / 16 : lines / 8;
  }

  int leading() {
    if (isTransposed) {
      return span == 16 ? 128 : 8 * span * groups();
    }
    return span == 16 ? 128 * groups() : 16;
  }

  int stride() {
    return isTransposed && span == 16 ? 128 * groups() : 8 * span;
  }

  int size() {
    return Math.max(lines * bytes, lines / 8 * stride());
  }

  /** The fields of the descriptor but for the address. */
  long descriptor() {
    long mode = span == 16 ? 0 : span == 32 ? 3 : span == 64 ? 2 : 1;
    return (long) leading() >> 4 << 16 | (long) stride() >> 4 << 32 | mode << 62;
  }

  private int offset(int line, int at) {
    int plain;
    if (isTransposed) {
      int k = at / 2;
      int across = 2 * line + at % 2;
      plain =
          span == 16
              ? line / 8 * stride() + k / 8 * leading() + k % 8 * 16 + across % 16
              : across / span * leading() + k / 8 * stride() + k % 8 * span + across % span;
    } else {
      plain =
          span == 16
              ? line / 8 * stride() + at / 16 * leading() + line % 8 * 16 + at % 16
              : line / 8 * stride() + line % 8 * span + advance + at;
    }
    return plain ^ plain >> 3 & span - 16;
  }

  /** The bytes of shared memory for lines one behind the other. */
  byte[] of(byte[] packed) {
    byte[] image = new byte[size()];
    for (int line = 0; line < lines; line++) {
      for (int at = 0; at < bytes; at++) {
        image[offset(line, at)] = packed[line * bytes + at];
      }
    }
    return image;
  }
}
