package nibble.codegen.layout;

import static nibble.codegen.layout.Dimension.LANE;
import static nibble.codegen.layout.Dimension.REGISTER;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BankConflictsTest {
  /** Each lane reads the first element of its own row: the pitch decides. */
  @ParameterizedTest
  @CsvSource({"32,32,32", "32,1,1", "32,2,2", "16,1,1", "16,64,32", "8,1,1", "8,128,32"})
  void columnOfARowMajorTile(int bits, int columns, int expected) {
    LinearLayout lanes = LinearLayout.identity(LANE, 32, "dim0").cover(32, columns);
    SharedAccess access = SharedAccess.vector(lanes, ImmutableIntArray.of(), bits);
    assertEquals(expected, BankConflicts.wavefronts(access, SharedLayout.rowMajor(bits, 32, columns)));
  }

  /** Rows of 16 bytes, a lane each: whether 4, 8 or 16 bytes of each are read, all 32 rows of banks are visited. */
  @ParameterizedTest
  @CsvSource({"0,1", "1,2", "2,4"})
  void wideVectorsTakeMorePasses(int vectorBits, int passes) {
    LinearLayout layout = LinearLayout.identity(LANE, 32, "dim0").cover(32, 4);
    ImmutableIntArray vector = ImmutableIntArray.copyOf(IntStream.range(0, vectorBits));
    SharedAccess access = SharedAccess.vector(layout, vector, 32);
    assertEquals(passes, access.passes());
    assertEquals(4, BankConflicts.wavefronts(access, SharedLayout.rowMajor(32, 32, 4)));
  }

  @Property
  void countsAsTheSimulationDoes(@ForAll Random random, @ForAll @IntRange(max = 4) int vectorBits) {
    SharedLayout shared = RandomLayouts.shared(11, 8, random);
    long[] offsets = new long[vectorBits + 5];
    for (int bit = 0; bit < offsets.length; bit++) {
      offsets[bit] = bit < vectorBits ? 1L << bit : (long) random.nextInt(1 << 11 - vectorBits) << vectorBits;
    }
    LinearLayout addresses = new LinearLayout(
        ImmutableList.of(new Dimension(REGISTER, vectorBits), new Dimension(LANE, 5)),
        shared.layout().inputs(),
        F2Matrix.ofColumns(11, offsets));
    ImmutableIntArray vector = ImmutableIntArray.copyOf(IntStream.range(0, vectorBits));
    int[] lanes = IntStream.range(0, 32).map(lane -> addresses.apply(0, lane)[0]).toArray();
    SharedAccess access = SharedAccess.vector(addresses.then(shared.layout()), vector, 8);
    assertEquals(BankSimulation.wavefronts(lanes, 1 << vectorBits), BankConflicts.wavefronts(access, shared));
  }

  @ParameterizedTest
  @EnumSource
  void ldmatrixOfASwizzledTile(SwizzleMode mode) {
    SharedLayout shared = SharedLayout.swizzled(mode, 8, 16, 128);
    SharedAccess access = SharedAccess.ldmatrix(MmaFragment.a(16, 32, 8).cover(16, 128), 4, 8);
    int expected = 4 * firstMatrix(shared);
    assertEquals(expected, BankConflicts.wavefronts(access, shared));
    boolean sixteenByteUnits = mode.ordinal() <= SwizzleMode.BYTES_128.ordinal();
    assertEquals(sixteenByteUnits, BankConflicts.isConflictFree(access, shared));
  }

  @Test
  void ldmatrixOfAPlainTileWithRowsOf128BytesConflictsEightfold() {
    SharedLayout shared = SharedLayout.rowMajor(8, 16, 128);
    assertEquals(8, firstMatrix(shared));
    assertEquals(32,
        BankConflicts.wavefronts(SharedAccess.ldmatrix(MmaFragment.a(16, 32, 8).cover(16, 128), 4, 8), shared));
  }

  private static int firstMatrix(SharedLayout shared) {
    List<Integer> bytes = new ArrayList<>();
    for (int row = 0; row < 8; row++) {
      for (int column = 0; column < 16; column++) {
        bytes.add(shared.address(row, column));
      }
    }
    return BankSimulation.pass(bytes);
  }
}
