package nibble.engine.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import nibble.dsl.SourceFile;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import org.junit.jupiter.api.Test;

class SplitModulesTest {
  private static final String MODULE = """
      module @NAME {
        func @f(%x: tensor<[2] x f32>) {
          %0 = neg %x : tensor<[2] x f32>
          return %0
        }
      }
      """;

  private static List<String> names(String text) {
    return SplitModules.read(new SourceFile("dump.ir", text), Registry.core()).stream().map(Module::name).toList();
  }

  private static String module(String name) {
    return MODULE.replace("NAME", name);
  }

  @Test
  void separatorsPartModules() {
    assertEquals(List.of("a"), names(module("a")));
    assertEquals(List.of("a", "b", "c"), names(
        module("a") + "// ----- after cse\n" + module("b") + "// -----\n\n" + module("c")));
  }

  @Test
  void emptySectionsAreNoModules() {
    assertEquals(List.of("a"), names(
        "// -----\n// a comment\n\n// ----- first\n" + module("a") + "// -----\n\n"));
  }

  @Test
  void aFileWithoutAnyIsNoTextForm() {
    assertThrows(InputException.class, () -> names("// nothing\n"));
  }

  @Test
  void placesAreThoseOfTheFile() {
    String text = module("a") + "// -----\n" + module("b").replace("neg %x", "neg %y");
    InputException wrong = assertThrows(InputException.class, () -> names(text));
    assertEquals(10, wrong.diagnostics().getFirst().location().line());
  }
}
