package nibble.ir.diagnostic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionTest {
  private static final List<String> OPS = List.of("softmax", "silu", "sigmoid", "sub", "sum", "layer_norm", "rms_norm");

  @ParameterizedTest
  @CsvSource({
      "softmx,softmax", "sofmtax,softmax", "Softmax,softmax", "sbu,sub", "layernorm,layer_norm", "rms_nrom,rms_norm"})
  void nearest(String name, String expected) {
    assertEquals(Optional.of(expected), Suggestion.nearest(name, OPS));
    assertEquals(Optional.of("did you mean '" + expected + "'?"), Suggestion.didYouMean(name, OPS));
  }

  @Test
  void nothingIsNear() {
    assertEquals(Optional.empty(), Suggestion.nearest("matmul", OPS));
    assertEquals(Optional.empty(), Suggestion.nearest("x", List.of()));
    assertEquals(Optional.empty(), Suggestion.nearest("", List.of("abc")));
  }

  @Test
  void tiesGoByName() {
    assertEquals(Optional.of("sub"), Suggestion.nearest("sux", List.of("sum", "sub")));
  }

  @Test
  void rankedByDistanceAndEachOnce() {
    assertEquals(
        List.of("layer[*].attn.q", "layer[*].attn.k"),
        Suggestion.ranked(
            "layers[*].attn.q", List.of("embed", "layer[*].attn.k", "layer[*].attn.q", "layer[*].attn.q"), 2));
  }

  @Test
  void ofSeveralTheOneThatBeginsLikeTheNameIsMeant() {
    assertEquals(Optional.of("sm_90a"), Suggestion.nearest("sm_90", List.of("sm_80", "sm_89", "sm_90a")));
    assertEquals(Optional.of("sm_80"), Suggestion.nearest("sm_81", List.of("sm_89", "sm_80", "sm_90a")));
  }

  @Property(tries = 300)
  void distanceByDefinition(
      @ForAll @StringLength(max = 6) @CharRange(from = 'a', to = 'c') String a,
      @ForAll @StringLength(max = 6) @CharRange(from = 'a', to = 'c') String b) {
    assertEquals(distance(a, b), Suggestion.distance(a, b));
    assertEquals(Suggestion.distance(a, b), Suggestion.distance(b, a));
  }

  /** Optimal string alignment by its recurrence, from the ends of the strings. */
  private static int distance(String a, String b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.length() + b.length();
    }
    String shorterA = a.substring(0, a.length() - 1);
    String shorterB = b.substring(0, b.length() - 1);
    int same = a.charAt(a.length() - 1) == b.charAt(b.length() - 1) ? 0 : 1;
    int edited = Math.min(distance(shorterA, b), distance(a, shorterB)) + 1;
    int best = Math.min(distance(shorterA, shorterB) + same, edited);
    boolean swapped = a.length() > 1 && b.length() > 1
        && a.charAt(a.length() - 1) == b.charAt(b.length() - 2) && a.charAt(a.length() - 2) == b.charAt(b.length() - 1);
    return swapped
        ? Math.min(best, distance(a.substring(0, a.length() - 2), b.substring(0, b.length() - 2)) + 1)
        : best;
  }
}
