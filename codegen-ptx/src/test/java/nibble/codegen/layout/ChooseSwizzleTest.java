package nibble.codegen.layout;

import static nibble.codegen.layout.Dimension.REGISTER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChooseSwizzleTest {
  /** Sixteen bytes a lane, lanes along the rows first: what cp.async writes. */
  private static SharedAccess rowWrites(int elementBits, int rows, int columns) {
    int vector = 128 / elementBits;
    int lanesAlongRow = Math.min(32, columns / vector);
    LinearLayout layout = BlockedLayout.of(
        new int[] {1, vector}, new int[] {32 / lanesAlongRow, lanesAlongRow}, new int[] {1, 1}, 1, 0)
        .toLayout(rows, columns);
    return SharedAccess.vector(
        layout, ImmutableIntArray.copyOf(IntStream.range(0, Integer.numberOfTrailingZeros(vector))), elementBits);
  }

  /** For a tile whose rows are as long as a mode's, the search finds the mode. */
  @ParameterizedTest
  @CsvSource({
      "BYTES_32,8,32", "BYTES_64,8,64", "BYTES_128,8,128", "BYTES_32,16,16", "BYTES_64,16,32", "BYTES_128,16,64"})
  void findsTheModesOfTheTensorMaps(SwizzleMode mode, int bits, int columns) {
    LinearLayout fragment = MmaFragment.a(16, 256 / bits, bits).cover(64, columns);
    SharedAccess read = SharedAccess.ldmatrix(fragment, 4, bits);
    SharedAccess write = rowWrites(bits, 64, columns);
    SharedLayout found = ChooseSwizzle.forAccesses(write, read);
    assertTrue(BankConflicts.isConflictFree(read, found) && BankConflicts.isConflictFree(write, found));
    assertEquals(SharedLayout.swizzled(mode, bits, 64, columns), found);
  }

  @Test
  void rowMajorWhereNothingConflicts() {
    SharedAccess write = rowWrites(32, 32, 32);
    assertEquals(SharedLayout.rowMajor(32, 32, 32), ChooseSwizzle.forAccesses(write));
  }

  /** The transposition of 32-bit elements: rows in, columns out, no vectors. */
  @Test
  void transpositionNeedsNoPadding() {
    LinearLayout in = LinearLayout.identity("lane", 32, "dim1").cover(32, 32);
    LinearLayout out = LinearLayout.identity("lane", 32, "dim0").cover(32, 32);
    SharedAccess write = SharedAccess.vector(in, ImmutableIntArray.of(), 32);
    SharedAccess read = SharedAccess.vector(out, ImmutableIntArray.of(), 32);
    SharedLayout found = ChooseSwizzle.forAccesses(write, read);
    assertEquals(1, BankConflicts.wavefronts(write, found));
    assertEquals(1, BankConflicts.wavefronts(read, found));
    for (int row = 0; row < 32; row++) {
      for (int column = 0; column < 32; column++) {
        assertEquals(4 * (row * 32 + (column ^ row)), found.address(row, column));
      }
    }
  }

  @Property(tries = 200)
  void twoAccessesNeverNeedConflict(
      @ForAll Random random, @ForAll @IntRange(min = 8, max = 12) int bits, @ForAll @IntRange(max = 2) int vectorBits) {
    LinearLayout together = LinearLayout.identity(REGISTER, 1 << vectorBits, "dim1");
    LinearLayout one = together.times(RandomLayouts.bijection(bits - 6, 5, 1, random));
    LinearLayout other = together.times(RandomLayouts.bijection(bits - 6, 5, 1, random));
    ImmutableIntArray vector = ImmutableIntArray.copyOf(IntStream.range(0, vectorBits));
    SharedAccess first = SharedAccess.vector(one, vector, 32);
    SharedAccess second = SharedAccess.vector(other, vector, 32);
    SharedLayout found = ChooseSwizzle.forAccesses(first, second);
    assertTrue(BankConflicts.isConflictFree(first, found));
    assertTrue(BankConflicts.isConflictFree(second, found));
  }

  /** Bytes: words are made of elements that all accesses touch together, so that they broadcast. */
  @Property(tries = 200)
  void narrowElementsFindAConflictFreePlaceAlone(@ForAll Random random, @ForAll @IntRange(min = 6, max = 11) int bits) {
    LinearLayout layout = RandomLayouts.bijection(bits - 5, 5, 0, random);
    SharedAccess access = SharedAccess.vector(layout, ImmutableIntArray.of(), 8);
    assertEquals(1, BankConflicts.wavefronts(access, ChooseSwizzle.forAccesses(access)));
  }

  @Test
  void vectorsAcrossEachOtherAreRefused() {
    LinearLayout rows = LinearLayout.identity(REGISTER, 4, "dim1").cover(32, 32);
    LinearLayout columns = LinearLayout.identity(REGISTER, 4, "dim0").cover(32, 32);
    SharedAccess one = SharedAccess.vector(rows, ImmutableIntArray.of(0, 1), 32);
    SharedAccess two = SharedAccess.vector(columns, ImmutableIntArray.of(0, 1), 32);
    assertThrows(IllegalArgumentException.class, () -> ChooseSwizzle.forAccesses(one, two));
    assertThrows(IllegalArgumentException.class, () -> ChooseSwizzle.forAccesses());
  }
}
