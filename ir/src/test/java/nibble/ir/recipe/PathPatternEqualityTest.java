package nibble.ir.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

class PathPatternEqualityTest {
  @Test
  void patternsAreEqualWhereTheirTextsAre() {
    assertEquals(PathPattern.of("layer[*].attn.*"), PathPattern.of("layer[*].attn.*"));
    assertEquals(PathPattern.of("layer[*].attn.*").hashCode(), PathPattern.of("layer[*].attn.*").hashCode());
    assertNotEquals(PathPattern.of("layer[*].attn.*"), PathPattern.of("layer[*].attn.q"));
  }
}
