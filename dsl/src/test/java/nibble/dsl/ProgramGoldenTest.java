package nibble.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.stream.Stream;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import nibble.ir.text.Printer;
import nibble.ir.verify.Verifier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Each program in {@code good} lowers to the IR beside it. */
class ProgramGoldenTest {
  @TestFactory
  Stream<DynamicTest> programs() {
    return Goldens.programs("good").stream()
        .map(program -> DynamicTest.dynamicTest(program.getFileName().toString(), () -> check(program)));
  }

  private static void check(Path program) {
    Compilation compilation = Goldens.compile(program);
    Goldens.check(program, "ir", Goldens.print(compilation, Goldens.read(program).contains("// with locations")));
    compilation.result().flatMap(CompiledFile::module).ifPresent(module -> {
      Verifier.require(module);
      String text = Printer.print(module, Registry.core());
      assertEquals(text, Printer.print(Parser.parse(text, "x.ir", Registry.core()), Registry.core()));
    });
  }
}
