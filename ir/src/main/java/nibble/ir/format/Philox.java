package nibble.ir.format;

/**
 * Philox4x32-10: random words that are functions of a counter and a key, so that any of them can be had in any order,
 * on any device (Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", section 3.3 and table 2).
 */
public final class Philox {
  private static final int ROUNDS = 10;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  /** What the words of the key grow by in each round. */
  private static final int WEYL_0 = 0x9E3779B9;

  private static final int WEYL_1 = 0xBB67AE85;

  private Philox() {}

  /**
   * One word of a sequence.
   *
   * @param seed first word of the key
   * @param stream second word of the key
   * @param index of the word
   * @param level third word of the counter: sequences of different levels have nothing in common
   */
  public static int word(long seed, long stream, long index, int level) {
    long block = index / 4;
    return block((int) block, (int) (block >>> Integer.SIZE), level, 0, (int) seed, (int) stream)[(int) (index % 4)];
  }

  /** The four words of a counter of four words and a key of two. */
  static int[] block(int counter0, int counter1, int counter2, int counter3, int key0, int key1) {
    int c0 = counter0;
    int c1 = counter1;
    int c2 = counter2;
    int c3 = counter3;
    int k0 = key0;
    int k1 = key1;
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = (c0 & 0xffff_ffffL) * MULTIPLIER_0;
      long product1 = (c2 & 0xffff_ffffL) * MULTIPLIER_1;
      c0 = (int) (product1 >>> Integer.SIZE) ^ c1 ^ k0;
      c1 = (int) product1;
      c2 = (int) (product0 >>> Integer.SIZE) ^ c3 ^ k1;
      c3 = (int) product0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    return new int[] {c0, c1, c2, c3};
  }
}
