package nibble.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import nibble.ir.format.FloatFormat;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.Granularity;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class CatalogTest {
  private static final Catalog CORE = Catalog.of(Registry.core());

  @OpInfo(name = "odd", summary = "an op with all kinds of attributes")
  private record Odd(
      int count, double number, boolean flag, String text, Dim extent, Shape shape, NumberFormat format,
      Granularity granularity, ImmutableList<Dim> extents, Optional<Long> step, FloatFormat.Special special,
      TensorType result) implements Op {
    @Override
    public ImmutableList<Type> resultTypes(List<Type> operands, List<Block> regions) {
      return ImmutableList.of(result);
    }
  }

  @TestFactory
  Stream<DynamicTest> opsAsTheReferenceLists() {
    return GoldenCases.of(CatalogTest.class, "catalog.txt")
        .tests(section -> String.join("\n", lines(section.strip())));
  }

  private static List<String> lines(String section) {
    return switch (section) {
      case "ops" -> CORE.ops().stream().map(op -> op.syntax() + (op.statesResult() ? " : result" : "")
          + "\n    " + op.summary() + "\n    rounding: " + op.rounding()).toList();
      case "formats" -> CORE.formats().stream()
          .map(entry -> entry.format().name() + ": " + entry.format().summary()).toList();
      case "granularities" -> CORE.granularities().stream().map(e -> e.example() + ": " + e.summary()).toList();
      case "rules of scales" -> CORE.scaleRules().stream().map(e -> e.example() + ": " + e.summary()).toList();
      case "sparse layouts" -> CORE.sparseLayouts().stream().map(e -> e.example() + ": " + e.summary()).toList();
      default -> throw new IllegalArgumentException(section);
    };
  }

  @Test
  void nothingIsLeftOut() {
    Registry registry = Registry.core();
    assertEquals(registry.ops().keySet().asList(), CORE.ops().stream().map(Catalog.OpEntry::name).toList());
    assertEquals(
        registry.formats().keySet().asList(), CORE.formats().stream().map(entry -> entry.format().name()).toList());
    assertEquals(registry.granularities().keySet().asList(),
        CORE.granularities().stream().map(entry -> entry.example().split("[ (]")[0]).toList());
    assertEquals(registry.scaleRules().keySet().asList(),
        CORE.scaleRules().stream().map(Catalog.LayoutEntry::example).toList());
    assertEquals(4, CORE.sparseLayouts().size());
  }

  @Test
  void everySummaryIsASentenceWithoutAFullStop() {
    CORE.ops().forEach(op -> {
      assertFalse(op.summary().isBlank() || op.summary().endsWith("."), op.name());
      assertFalse(op.rounding().isBlank() || op.rounding().endsWith("."), op.name());
    });
    CORE.formats().forEach(entry -> assertFalse(entry.format().summary().endsWith(".")));
  }

  @Test
  void anExtensionIsListedWithItsName() {
    Dialect dialect = new Dialect() {
      @Override
      public String name() {
        return "extension";
      }

      @Override
      public ImmutableList<Class<? extends Op>> ops() {
        return ImmutableList.of(Odd.class);
      }
    };
    Catalog.OpEntry odd = Catalog.of(Registry.core().with(List.of(dialect))).ops().getLast();
    assertEquals("extension", odd.dialect());
    assertTrue(odd.statesResult());
    assertEquals(
        "odd {count = integer, number = number, flag = true or false, text = string, extent = extent, shape = shape, "
            + "format = format, granularity = granularity, extents = [extent, ...], [step = integer], "
            + "special = infinity_and_nan or saturating_with_nan_exponent or nan_only or finite_only}",
        odd.syntax());
  }
}
