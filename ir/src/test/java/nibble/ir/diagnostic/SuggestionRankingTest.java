package nibble.ir.diagnostic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionRankingTest {
  @Test
  void nearestComeFirstAndEachOnce() {
    assertEquals(
        List.of("layer[*].attn.q", "layer[*].attn.k"),
        Suggestion.ranked(
            "layers[*].attn.q", List.of("embed", "layer[*].attn.k", "layer[*].attn.q", "layer[*].attn.q"), 2));
  }
}
