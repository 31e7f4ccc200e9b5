package nibble.ir.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathPatternTest {
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      layer[3].attn.q       | layer[3].attn.q | true
      layer[3].attn.q       | layer[3].attn   | false
      layer[3].attn         | layer[3].attn.q | false
      layer[3]              | layer[30]       | false
      layer[*].attn.q       | layer[11].attn.q| true
      layer[*]              | layer           | false
      layer[*][*]           | layer[1][2]     | true
      layer                 | layer[3]        | false
      *                     | pooler          | true
      *                     | layer[3]        | false
      *[*].attn             | layer[3].attn   | true
      *.q                   | attn.q          | true
      *.q                   | a.attn.q        | false
      **.q                  | a.attn.q        | true
      **.q                  | q               | true
      **                    | a[1].b          | true
      a.**                  | a               | true
      a.**.z                | a.z             | true
      a.**.z                | a.b[2].c.z      | true
      a.**.z                | a.b.c           | false
      attn.{q,k,v}          | attn.k          | true
      attn.{q,k,v}          | attn.out        | false
      attn.{ q , k }        | attn.k          | true
      {q,k}[*]              | k[2]            | true
      layer[1]              | layerX1         | false
      """)
  void matches(String pattern, String path, boolean expected) {
    assertEquals(expected, PathPattern.of(pattern).matches(path));
  }

  @Test
  void theEmptyPath() {
    assertTrue(PathPattern.of("**").matches(""));
    assertTrue(PathPattern.of("**.**").matches(""));
    assertFalse(PathPattern.of("*").matches(""));
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "", "a..b", ".a", "a.", "a[", "a[b]", "a[-1]", "***", "a*", "{}", "{a", "{a,}", "{a.b,c}", "a b", "[3]", "a|b",
      "(a)"})
  void whatIsNoPattern(String text) {
    assertTrue(assertThrows(IllegalArgumentException.class, () -> PathPattern.of(text)).getMessage()
        .endsWith("is neither a name, a choice {a,b} nor *, perhaps with an index"));
  }

  @Test
  void equalityIsOfTheText() {
    assertEquals(PathPattern.of("a.*"), PathPattern.of("a.*"));
    assertEquals(PathPattern.of("a.*").hashCode(), PathPattern.of("a.*").hashCode());
    assertFalse(PathPattern.of("a.*").equals(PathPattern.of("a.b")));
    assertEquals("a.*", PathPattern.of("a.*").toString());
  }

  @Test
  void noPatternIsEveryPath() {
    assertTrue(PathPattern.anyMatches(ImmutableList.of(), "a.b"));
    ImmutableList<PathPattern> patterns = ImmutableList.of(PathPattern.of("a"), PathPattern.of("*.b"));
    assertTrue(PathPattern.anyMatches(patterns, "a.b"));
    assertFalse(PathPattern.anyMatches(patterns, "a.c"));
  }

  @Provide
  Arbitrary<List<String>> patterns() {
    Arbitrary<String> segment = Combinators.combine(
        Arbitraries.of("*", "a", "b", "{a,b}"), Arbitraries.of("", "", "[*]", "[0]", "[1]")).as(String::concat);
    return Arbitraries.frequencyOf(Tuple.of(1, Arbitraries.just("**")), Tuple.of(3, segment))
        .list().ofMinSize(1).ofMaxSize(4);
  }

  @Provide
  Arbitrary<List<String>> paths() {
    return Combinators.combine(Arbitraries.of("a", "b", "c"), Arbitraries.of("", "", "[0]", "[1]", "[12]"))
        .as(String::concat).list().ofMaxSize(4);
  }

  @Property(tries = 5000)
  void matchesByDefinition(@ForAll("patterns") List<String> pattern, @ForAll("paths") List<String> path) {
    assertEquals(
        naive(pattern, path),
        PathPattern.of(String.join(".", pattern)).matches(path.stream().collect(Collectors.joining("."))));
  }

  /** Segment by segment; two stars take none or one and stay. */
  private static boolean naive(List<String> pattern, List<String> path) {
    if (pattern.isEmpty()) {
      return path.isEmpty();
    }
    List<String> rest = pattern.subList(1, pattern.size());
    if (pattern.getFirst().equals("**")) {
      return naive(rest, path) || !path.isEmpty() && naive(pattern, path.subList(1, path.size()));
    }
    return !path.isEmpty() && segment(pattern.getFirst(), path.getFirst()) && naive(rest, path.subList(1, path.size()));
  }

  private static boolean segment(String pattern, String name) {
    String wantedIndex = pattern.contains("[") ? pattern.substring(pattern.indexOf('[')) : "";
    String index = name.contains("[") ? name.substring(name.indexOf('[')) : "";
    String wanted = pattern.substring(0, pattern.length() - wantedIndex.length());
    String plain = name.substring(0, name.length() - index.length());
    boolean sameName = wanted.equals("*")
        || Arrays.asList(wanted.replaceAll("[{}]", "").split(",")).contains(plain);
    boolean sameIndex = wantedIndex.equals("[*]") ? !index.isEmpty() : wantedIndex.equals(index);
    return sameName && sameIndex;
  }
}
