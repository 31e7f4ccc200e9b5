package nibble.dsl;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Each program in {@code bad} is refused with the messages beside it. */
class ErrorGoldenTest {
  @TestFactory
  Stream<DynamicTest> programs() {
    return Goldens.programs("bad").stream()
        .map(program -> DynamicTest.dynamicTest(program.getFileName().toString(), () -> check(program)));
  }

  private static void check(Path program) {
    Compilation compilation = Goldens.compile(program);
    Goldens.check(program, "err", Goldens.render(compilation));
    assertTrue(compilation.result().isEmpty(), "no error was found");
  }
}
