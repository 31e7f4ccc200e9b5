package nibble.codegen.layout;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;

/**
 * Counts how long accesses to shared memory take. There are 32 banks of 4 bytes; in one cycle each gives one word, to
 * any number of lanes (CUDA C++ Programming Guide, shared memory of compute capability 5 and later). In a linear
 * layout, the words of a pass are a linear space and so are their banks: each touched bank has to give
 * {@code 2^(rank of the words - rank of the banks)} words.
 */
public final class BankConflicts {
  private static final int WORD_BIT = 2;
  private static final int ROW_BIT = 7;

  private BankConflicts() {}

  /** The cycles that shared memory is busy with the access: its passes where nothing conflicts. */
  public static int wavefronts(SharedAccess access, SharedLayout shared) {
    return access.passes() << conflictBits(access, shared);
  }

  /** Whether each pass of the access takes one cycle. */
  public static boolean isConflictFree(SharedAccess access, SharedLayout shared) {
    return conflictBits(access, shared) == 0;
  }

  private static int conflictBits(SharedAccess access, SharedLayout shared) {
    checkArgument(
        access.elementBits() == shared.elementBits(),
        "%s and %s bits", access.elementBits(), shared.elementBits());
    ImmutableList<Long> touched =
        ImmutableList.<Long>builder().addAll(access.vector()).addAll(access.lanes()).build();
    LinearLayout pass = new LinearLayout(
        ImmutableList.of(new Dimension("touched", touched.size())),
        access.tensor(),
        new F2Matrix(DimensionList.bits(access.tensor()), ImmutableLongArray.copyOf(touched)));
    F2Matrix bytes = shared.addresses(pass).matrix();
    int rows = bytes.rows();
    int words = bytes.rowRange(Math.min(WORD_BIT, rows), rows).rank();
    int banks = bytes.rowRange(Math.min(WORD_BIT, rows), Math.min(ROW_BIT, rows)).rank();
    return words - banks;
  }
}
