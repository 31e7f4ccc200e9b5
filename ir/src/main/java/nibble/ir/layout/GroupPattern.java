package nibble.ir.layout;

import java.util.Arrays;
import java.util.Optional;

/**
 * The groups of consecutive elements that {@code mma.sp} knows, and the 4-bit code of those that are stored:
 * {@code i0 | i1 << 2}, where {@code i0 < i1} count quarters of the group (PTX ISA 8.7, section 9.7.14.6.1).
 *
 * <pre>
 * quarters   0,1   0,2   0,3   1,2   1,3   2,3
 * code       0x4   0x8   0xC   0x9   0xD   0xE
 * </pre>
 */
public enum GroupPattern {
  /** 2:4: a quarter is an element. */
  TWO_OF_FOUR(2, 4),
  /** 1:2: an element is two quarters, so that 0x4 is the first one and 0xE the second. */
  ONE_OF_TWO(1, 2),
  /** 4:8: a quarter is a pair of elements, both of which are stored. */
  FOUR_OF_EIGHT(4, 8);

  /** Of a group of zeros: its last quarters are stored. */
  public static final int CODE_OF_ZEROS = 0xE;

  private final int kept;
  private final int size;

  GroupPattern(int kept, int size) {
    this.kept = kept;
    this.size = size;
  }

  /** The pattern of these numbers, if there is one. */
  public static Optional<GroupPattern> of(long kept, long size) {
    return Arrays.stream(values()).filter(pattern -> pattern.kept == kept && pattern.size == size).findFirst();
  }

  /** Elements of a group that are stored. */
  public int kept() {
    return kept;
  }

  /** Elements of a group. */
  public int size() {
    return size;
  }

  /**
   * The code of a group.
   *
   * @param keep which elements are stored: as many as the pattern says, of {@link #FOUR_OF_EIGHT} in pairs
   * @param first of the group
   */
  public int code(boolean[] keep, int first) {
    return switch (this) {
      case ONE_OF_TWO -> keep[first] ? 0x4 : 0xE;
      case TWO_OF_FOUR -> code(keep, first, 1);
      case FOUR_OF_EIGHT -> code(keep, first, 2);
    };
  }

  private static int code(boolean[] keep, int first, int width) {
    int code = 0;
    int shift = 0;
    for (int quarter = 0; quarter < 4; quarter++) {
      if (keep[first + quarter * width]) {
        code |= quarter << shift;
        shift += 2;
      }
    }
    return code;
  }

  /** Whether a code names places of the group in ascending order. */
  public boolean hasCode(int code) {
    return switch (this) {
      case ONE_OF_TWO -> code == 0x4 || code == 0xE;
      case TWO_OF_FOUR, FOUR_OF_EIGHT -> (code & 3) < code >> 2;
    };
  }

  /** The place in its group of a stored element, the first of which is 0. */
  public int position(int code, int stored) {
    return switch (this) {
      case ONE_OF_TWO -> code == 0xE ? 1 : 0;
      case TWO_OF_FOUR -> code >> 2 * stored & 3;
      case FOUR_OF_EIGHT -> 2 * (code >> 2 * (stored / 2) & 3) + stored % 2;
    };
  }
}
