package nibble.codegen.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class VectorAccessTest {
  private static final LinearLayout ROW_MAJOR = SharedLayout.rowMajor(16, 64, 64).layout();

  private static LinearLayout blocked(int rows, int columns) {
    return BlockedLayout.of(new int[] {rows, columns}, new int[] {4, 8}, new int[] {2, 2}, 1, 0).toLayout(64, 64);
  }

  @Test
  void neighboursInARowAreAVector() {
    VectorAccess access = VectorAccess.of(blocked(1, 8), ROW_MAJOR, 16, 16);
    assertEquals(8, access.elements());
    assertEquals(128, access.bits());
    assertEquals(ImmutableIntArray.of(0, 1, 2, 3, 4, 5, 6, 7), access.groups().getFirst());
    assertEquals(access.registers() / 8, access.groups().size());
  }

  @Test
  void alignmentLimitsTheVector() {
    assertEquals(4, VectorAccess.of(blocked(1, 8), ROW_MAJOR, 16, 8).elements());
    assertEquals(1, VectorAccess.of(blocked(1, 8), ROW_MAJOR, 16, 2).elements());
  }

  @Test
  void columnsHeldTogetherAreNoVectorOfARow() {
    assertEquals(1, VectorAccess.of(blocked(4, 1), ROW_MAJOR, 16, 16).elements());
  }

  /** Registers run down the column first: the vector is made of the higher register bits. */
  @Test
  void registersNeedNotBeInOrder() {
    LinearLayout layout = BlockedLayout.of(new int[] {2, 4}, new int[] {8, 4}, new int[] {1, 1}, 0, 1).toLayout();
    VectorAccess access = VectorAccess.of(layout, SharedLayout.rowMajor(16, 16, 16).layout(), 16, 16);
    assertEquals(ImmutableIntArray.of(1, 2), access.registerBits());
    assertEquals(ImmutableIntArray.of(0, 2, 4, 6), access.groups().get(0));
    assertEquals(ImmutableIntArray.of(1, 3, 5, 7), access.groups().get(1));
  }

  @Test
  void accumulatorPairsAreVectorsOfTwo() {
    VectorAccess access =
        VectorAccess.of(MmaFragment.accumulator(16), SharedLayout.rowMajor(32, 16, 8).layout(), 32, 16);
    assertEquals(64, access.bits());
  }

  /** Lane bits that swizzle inside of the vector forbid it. */
  @Test
  void swizzleInsideTheVectorForbidsIt() {
    LinearLayout memory = LinearLayout.parse("{offset: [[0, 1], [0, 2], [1, 1]]} -> {dim0: 2, dim1: 4}");
    LinearLayout layout = LinearLayout.parse("{register: [[0, 1], [0, 2]], lane: [[1, 0]]} -> {dim0: 2, dim1: 4}");
    assertEquals(1, VectorAccess.of(layout, memory, 32, 16).elements());
  }

  @Property
  void vectorsAreConsecutiveAndAligned(@ForAll Random random) {
    LinearLayout layout = RandomLayouts.bijection(4, 5, 1, random);
    SharedLayout memory = random.nextBoolean()
        ? SharedLayout.rowMajor(8, layout.outputSize("dim0"), layout.outputSize("dim1"))
        : RandomLayouts.shared(10, 8, random);
    VectorAccess access = VectorAccess.of(layout, memory.layout(), 8, 16);
    LinearLayout addresses = memory.addresses(layout);
    for (ImmutableIntArray group : access.groups()) {
      int lane = random.nextInt(32);
      int start = addresses.apply(group.get(0), lane, 1)[0];
      assertEquals(0, start % access.elements());
      for (int i = 0; i < group.length(); i++) {
        assertEquals(start + i, addresses.apply(group.get(i), lane, 1)[0]);
      }
    }
    assertTrue(access.groups().stream().mapToInt(ImmutableIntArray::length).sum() == 16);
  }
}
