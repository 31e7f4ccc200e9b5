package nibble.ir.shape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BroadcastTest {
  @Provide
  Arbitrary<List<Long>> extents() {
    return Arbitraries.of(0L, 1L, 1L, 2L, 3L).list().ofMaxSize(4);
  }

  @Property
  void isTheRuleOfNumPy(@ForAll("extents") List<Long> left, @ForAll("extents") List<Long> right) {
    assertEquals(numPy(left, right).map(BroadcastTest::shape), Broadcast.common(shape(left), shape(right)));
  }

  /**
   * The general broadcasting rules of NumPy's manual, by prepending ones: dimensions are compatible when they are equal
   * or one of them is 1, and the result has the size that is not 1.
   */
  private static Optional<List<Long>> numPy(List<Long> left, List<Long> right) {
    List<Long> a = padded(left, right.size());
    List<Long> b = padded(right, left.size());
    List<Long> result = new ArrayList<>();
    for (int i = 0; i < a.size(); i++) {
      if (a.get(i) != 1 && b.get(i) != 1 && a.get(i).longValue() != b.get(i)) {
        return Optional.empty();
      }
      result.add(a.get(i) == 1 ? b.get(i) : a.get(i));
    }
    return Optional.of(result);
  }

  private static List<Long> padded(List<Long> extents, int rank) {
    List<Long> padded = new ArrayList<>(Collections.nCopies(Math.max(0, rank - extents.size()), 1L));
    padded.addAll(extents);
    return padded;
  }

  private static Shape shape(List<Long> extents) {
    return Shape.of(extents.stream().map(Dim::of).toList());
  }

  @Property
  void reachesWhatBroadcastsToExactlyThat(@ForAll("extents") List<Long> from, @ForAll("extents") List<Long> to) {
    boolean expected = numPy(from, to).filter(to::equals).isPresent();
    assertEquals(expected, Broadcast.reaches(shape(from), shape(to)));
  }

  @ParameterizedTest
  @CsvSource({"S,1,S", "S,S,S", "1,S,S"})
  void symbolsBroadcastWithThemselvesAndOne(String left, String right, String result) {
    assertEquals(Optional.of(Shape.of(dim(result))), Broadcast.common(Shape.of(dim(left)), Shape.of(dim(right))));
  }

  @ParameterizedTest
  @CsvSource({"S,B", "S,2", "S,0"})
  void unequalSymbolsDoNotBroadcast(String left, String right) {
    assertTrue(Broadcast.common(Shape.of(dim(left)), Shape.of(dim(right))).isEmpty());
    assertFalse(Broadcast.reaches(Shape.of(dim(left)), Shape.of(dim(right))));
  }

  private static Dim dim(String text) {
    return Character.isDigit(text.charAt(0)) ? Dim.of(Long.parseLong(text)) : Dim.symbol(text);
  }
}
