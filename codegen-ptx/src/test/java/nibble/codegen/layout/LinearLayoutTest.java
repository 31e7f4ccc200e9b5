package nibble.codegen.layout;

import static nibble.codegen.layout.LinearLayout.broadcast;
import static nibble.codegen.layout.LinearLayout.identity;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinearLayoutTest {
  private static final String SMALL =
      "{register: [[0, 1], [8, 0]], lane: [[1, 0], [2, 0], [4, 0]]} -> {dim0: 16, dim1: 2}";

  @Property
  void textRoundTrip(@ForAll Random random, @ForAll @IntRange(max = 4) int registers,
      @ForAll @IntRange(max = 3) int warps) {
    LinearLayout layout = RandomLayouts.bijection(registers, 5, warps, random);
    assertEquals(layout, LinearLayout.parse(layout.toString()));
  }

  @Property
  void inverseThenLayoutIsIdentity(@ForAll Random random, @ForAll @IntRange(max = 4) int registers) {
    LinearLayout layout = RandomLayouts.bijection(registers, 5, 1, random);
    LinearLayout round = layout.then(layout.inverse());
    assertEquals(F2Matrix.identity(registers + 6), round.matrix());
    assertEquals(layout, layout.inverse().inverse());
  }

  @Property
  void pseudoInverseIsARightInverseWithRedundantBitsZero(@ForAll Random random) {
    LinearLayout layout = RandomLayouts.surjection(3, 5, 2, 7, random);
    LinearLayout place = layout.pseudoInverse();
    assertEquals(F2Matrix.identity(7), place.then(layout).matrix());
    Map<String, Integer> free = layout.freeVariableMasks();
    for (int i = 0; i < 7; i++) {
      int[] inputs = DimensionList.unpack(place.outputs(), place.matrix().column(i));
      assertEquals(0, inputs[0] & free.get("register") | inputs[1] & free.get("lane") | inputs[2] & free.get("warp"));
    }
  }

  @Property
  void relativeFindsTheSameElement(@ForAll Random random) {
    LinearLayout one = RandomLayouts.surjection(4, 5, 1, 8, random);
    LinearLayout two = RandomLayouts.surjection(2, 5, 3, 8, random);
    assertEquals(one, one.relativeTo(two).then(two));
  }

  @Property
  void quotientTimesDivisorIsProduct(@ForAll Random random) {
    LinearLayout inner = RandomLayouts.bijection(2, 2, 0, random);
    LinearLayout outer = RandomLayouts.bijection(1, 3, 2, random);
    assertEquals(Optional.of(outer), inner.times(outer).divideLeft(inner));
  }

  @Property
  void reshapeAndTransposeMoveCoordinatesOnly(@ForAll Random random, @ForAll @IntRange(max = 255) int place) {
    LinearLayout layout = RandomLayouts.bijection(2, 5, 1, random);
    int[] inputs = DimensionList.unpack(layout.inputs(), place);
    int[] at = layout.apply(inputs);
    int[] shape = layout.outputs().stream().mapToInt(Dimension::size).toArray();
    int flat = at[0] * shape[1] + at[1];
    assertArrayEquals(new int[] {flat / 64, flat / 8 % 8, flat % 8}, layout.reshape(4, 8, 8).apply(inputs));
    assertArrayEquals(new int[] {at[1], at[0]}, layout.transpose(1, 0).apply(inputs));
    assertEquals(layout, layout.reshape(shape[0] * shape[1]).reshape(shape));
  }

  @Test
  void appliesByPositionAndByName() {
    LinearLayout layout = LinearLayout.parse(SMALL);
    assertArrayEquals(new int[] {13, 1}, layout.apply(3, 5));
    assertEquals(Map.of("dim0", 8, "dim1", 0), layout.apply(Map.of("register", 2)));
    assertThrows(IllegalArgumentException.class, () -> layout.apply(Map.of("warp", 0)));
    assertThrows(IllegalArgumentException.class, () -> layout.apply(4, 0));
  }

  @Test
  void productSetsTheOuterAboveTheInner() {
    LinearLayout product = identity("lane", 4, "dim1").times(identity("lane", 8, "dim0"))
        .times(identity("warp", 2, "dim1"));
    assertEquals(
        "{lane: [[1, 0], [2, 0], [0, 1], [0, 2], [0, 4]], warp: [[4, 0]]} -> {dim1: 8, dim0: 8}", product.toString());
  }

  @Test
  void quotientNeedsTheDivisorInTheLowBits() {
    LinearLayout layout = LinearLayout.parse("{register: [[2], [1]]} -> {dim0: 4}");
    assertTrue(layout.divideLeft(identity("register", 2, "dim0")).isEmpty());
    assertTrue(layout.divideLeft(identity("register", 8, "dim0")).isEmpty());
    assertTrue(layout.divideLeft(identity("lane", 2, "dim0")).isEmpty());
  }

  @Test
  void broadcastIsFree() {
    LinearLayout layout = identity("lane", 32, "dim0").times(broadcast("warp", 4));
    assertEquals(Map.of("lane", 0, "warp", 3), layout.freeVariableMasks());
    assertTrue(layout.isSurjective());
    assertFalse(layout.isInjective());
  }

  @Test
  void slicedDimensionLeavesCopies() {
    LinearLayout rows = MmaFragment.accumulator(16).slice(1);
    assertEquals("{register: [[0], [8]], lane: [[0], [0], [1], [2], [4]]} -> {dim0: 16}", rows.toString());
    assertEquals(Map.of("register", 1, "lane", 3), rows.freeVariableMasks());
    assertEquals("{dim0: 16, dim1: 1}", rows.expand(1).toString().split(" -> ")[1]);
  }

  @Test
  void coverRepeatsByRegistersOrWraps() {
    LinearLayout tile = identity("lane", 8, "dim0").times(identity("lane", 4, "dim1"));
    assertEquals(8, tile.cover(16, 16).inputSize("register"));
    LinearLayout wrapped = tile.cover(2, 4);
    assertEquals("{lane: [[1, 0], [0, 0], [0, 0], [0, 1], [0, 2]], register: []} -> {dim0: 2, dim1: 4}",
        wrapped.toString());
  }

  @Test
  void resizedInputIsCutOrCopied() {
    LinearLayout layout = identity("register", 8, "dim0");
    assertEquals("{register: [[1], [2]]} -> {dim0: 8}", layout.resizeInput("register", 4).toString());
    assertEquals("{register: [[1], [2], [4], [0]]} -> {dim0: 8}", layout.resizeInput("register", 16).toString());
  }

  @Test
  void blockedLayoutIsBlockOfBlocks() {
    LinearLayout layout =
        BlockedLayout.of(new int[] {1, 4}, new int[] {8, 4}, new int[] {2, 1}, 1, 0).toLayout(32, 16);
    assertEquals(List.of("register", "lane", "warp"), DimensionList.names(layout.inputs()));
    assertArrayEquals(new int[] {8 * 1 + 3 + 16, 4 * 2 + 3}, layout.apply(3 + 4, 3 * 4 + 2, 1));
    assertTrue(layout.isBijective());
  }

  @Test
  void compositionChecksDimensions() {
    LinearLayout layout = LinearLayout.parse(SMALL);
    assertThrows(IllegalArgumentException.class, () -> layout.then(layout));
    LinearLayout two = identity("lane", 2, "dim0");
    LinearLayout four = identity("lane", 4, "dim0");
    assertThrows(IllegalArgumentException.class, () -> two.relativeTo(four));
    assertThrows(IllegalArgumentException.class, () -> broadcast("lane", 2).inverse());
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "", "{", "{register: [[0]]} -> {dim0: 3}", "{register: [[0]} -> {dim0: 2}", "{register: [[2]]} -> {dim0: 2}",
      "{register: [[0], [1, 1]]} -> {dim0: 2}", "{a: [], a: []} -> {}", "{} -> {a: 2, a: 2}", "{} -> {} x",
      "{1a: []} -> {}", "{a: [[99999999999]]} -> {b: 2}"})
  void malformedTextIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> LinearLayout.parse(text));
  }

  @Test
  void mistakeIsLocated() {
    Exception error = assertThrows(
        IllegalArgumentException.class, () -> LinearLayout.parse("{register: [[0], 1]} -> {dim0: 2}"));
    assertEquals("'[' was expected at column 18 of {register: [[0], 1]} -> {dim0: 2}", error.getMessage());
  }
}
