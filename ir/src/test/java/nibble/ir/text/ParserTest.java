package nibble.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.stream.Stream;
import nibble.ir.Function;
import nibble.ir.GoldenCases;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.diagnostic.DiagnosticRenderer;
import nibble.ir.diagnostic.InputException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParserTest {
  private static final Registry REGISTRY = Registry.core();

  @TestFactory
  Stream<DynamicTest> errors() {
    return GoldenCases.of(ParserTest.class, "parse-errors.txt").tests(ParserTest::error);
  }

  private static String error(String text) {
    InputException error = assertThrows(InputException.class, () -> Parser.parse(text, "m.ir", REGISTRY));
    return new DiagnosticRenderer(Map.of("m.ir", text)).render(error.diagnostics());
  }

  @Test
  void nestingIsLimited() {
    String parentheses = "(".repeat(100_000);
    assertEquals("this is nested more than 200 deep", assertThrows(InputException.class, () ->
        Parser.parse("module @m { func @f(%x: tensor<[" + parentheses, "m.ir", REGISTRY)).getMessage());
    String loops = "%0 = for {from = 0, to = 1} do () { ".repeat(10_000);
    assertEquals("this is nested more than 200 deep", assertThrows(InputException.class, () ->
        Parser.parse("module @m { func @f() {" + loops, "m.ir", REGISTRY)).getMessage());
  }

  @Test
  void commentsAndLineEndsDoNotMatter() {
    String text = "// first\r\nmodule @m { // second\r\n  func @f() {\r\n    return\r\n  }\r\n} // last";
    assertEquals("module @m {\n  func @f() {\n    return\n  }\n}\n",
        Printer.print(Parser.parse(text, "m.ir", REGISTRY), REGISTRY));
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "loc(\"minilm.nib\":12:5)", "loc(\"minilm.nib\":12:5 in layer[3].attn.q)", "loc(unknown in layer[3])",
      "loc(\"C:\\\\models\\\\a \\\"b\\\".nib\":1:1 in \"pool, then norm\")", "loc(\"a.nib\":1:1 in a.1.2e5)"})
  void locations(String location) {
    String text = "module @m {\n  func @f() {\n    return\n  } " + location + "\n}\n";
    Module module = Parser.parse(text, "m.ir", REGISTRY);
    assertEquals(location, module.function("f").orElseThrow().location().toString());
    assertEquals(text, Printer.print(module, REGISTRY));
  }

  @Test
  void inPlaceEachOperationIsWhereItStands() {
    String text = """
        module @m {
          func @f(%x: tensor<[4] x f32>) {
            %0 = exp %x : tensor<[4] x f32> loc("a.nib":7:7)
            return %0
          } loc("a.nib":6:6)
        }
        """;
    Function function = Parser.parseInPlace(text, "m.ir", REGISTRY).function("f").orElseThrow();
    assertEquals("loc(\"m.ir\":2:8)", function.location().toString());
    assertEquals("loc(\"m.ir\":3:10)", function.body().operations().getFirst().location().toString());
  }

  @Test
  void aLocationWithoutALineIsUnknown() {
    assertEquals(Location.UNKNOWN, new Location("m.nib", 0, 7, ""));
    assertEquals("loc(unknown in a.b)", new Location("m.nib", -1, 7, "a.b").toString());
  }
}
