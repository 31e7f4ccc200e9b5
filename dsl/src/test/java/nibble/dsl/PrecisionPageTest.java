package nibble.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import nibble.ir.Registry;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.CodeRange;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRule;
import nibble.ir.text.TextReader;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What docs/precision.md shows is true: its programs compile, its types are types, its tables are right and complete.
 */
class PrecisionPageTest {
  private static final Page PAGE = Page.of("precision.md");
  private static final Registry REGISTRY = Registry.core();

  @TestFactory
  Stream<DynamicTest> programsCompile() {
    return PAGE.programsCompile();
  }

  @TestFactory
  Stream<DynamicTest> typesAreRead() {
    List<String> types = PAGE.blocks("type").stream().flatMap(String::lines).toList();
    assertTrue(types.size() >= 8);
    return types.stream().map(type -> DynamicTest.dynamicTest(type, () ->
        assertEquals(type, new TextReader(type, "page", REGISTRY).tensorType().toString())));
  }

  @Test
  void everyRuleIsExplained() {
    REGISTRY.scaleRules().keySet().forEach(rule ->
        assertTrue(PAGE.text().contains("\n| `" + rule + "` |"), rule));
  }

  @Test
  void formatsReachSoFar() {
    for (String[] row : PAGE.rows("| format | sign")) {
      NumberFormat format = REGISTRY.format(row[0].replace("`", "")).orElseThrow();
      assertEquals(number(row[2]), format.max(), row[0]);
      double least = format.isForScales() ? format.scaleOfZeros() : format.above(0);
      assertEquals(number(row[3]), least, row[0]);
      assertEquals(row[4].equals("scales"), format.isForScales(), row[0]);
    }
  }

  private static double number(String text) {
    return text.startsWith("2^") ? Math.pow(2, Double.parseDouble(text.substring(2))) : Double.parseDouble(text);
  }

  @Test
  void rulesGiveTheseScales() {
    List<String> rules = List.of("floor", "ceil", "even", "up");
    List<String[]> rows = PAGE.rows("| amax, for");
    assertEquals(4, rows.size());
    for (String[] row : rows) {
      for (int i = 0; i < rules.size(); i++) {
        ScaleRule rule = REGISTRY.scaleRule(rules.get(i)).orElseThrow();
        ScaleLayout layout = new ScaleLayout(new Granularities.PerTensor(), Formats.UE8M0).withRule(rule);
        double scale = layout.scale((float) number(row[0]), CodeRange.of(Formats.E2M1));
        assertEquals(number(row[i + 1]), scale, row[0] + " " + rule);
      }
    }
  }

  @Test
  void everyOpOfTheTableIsThere() {
    for (String[] row : PAGE.rows("| op | gives")) {
      String name = row[0].replaceAll("`(\\w+) .*", "$1");
      assertTrue(REGISTRY.op(name).isPresent(), name);
    }
  }
}
