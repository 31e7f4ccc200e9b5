package nibble.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PTX that is no PTX, or that no machine could take: it is refused with its place, never with an error of ours. */
class RefusedPtxTest {
  private static final String HEAD = ".version 7.0\n.target sm_80\n.address_size 64\n";

  private static String refusal(String ptx) {
    try (Machine machine = Machine.builder().workers(1).build()) {
      return assertThrows(PtxException.class, () -> machine.load(ptx, "x.ptx")).problems().stream()
          .map(problem -> problem.line() + ":" + problem.column() + " " + problem.message())
          .collect(Collectors.joining("\n"));
    }
  }

  @ParameterizedTest
  @CsvSource({"7", "7.9223372036854775808", "99999999999.0", "1e400"})
  void versions(String version) {
    assertEquals(
        "1:1 '" + version + "' is not a PTX version such as 7.0",
        refusal(".version " + version + "\n.target sm_80\n.address_size 64\n"));
  }

  @Test
  void nestingIsLimited() {
    assertEquals("this is nested too deeply", deep(".visible .entry k() " + "{".repeat(5_000)));
    assertEquals("this is nested too deeply", deep(".global .u32 x[" + "(".repeat(5_000)));
    // Whether these are elements or a vector only their end could tell.
    assertEquals("unexpected end of file", deep(".global .u32 x[] = " + "{".repeat(5_000)));
  }

  private static String deep(String text) {
    String refusal = refusal(HEAD + text);
    return refusal.substring(refusal.indexOf(' ') + 1);
  }

  @Test
  void parametersOfKernels() {
    assertEquals(
        "4:1 the parameter 'n' of a kernel must be in .param space",
        refusal(HEAD + ".visible .entry k(.reg .u32 n) { ret; }"));
    assertEquals("4:1 a kernel has no results", refusal(HEAD + ".visible .entry (.param .u32 r) k() { ret; }"));
    assertEquals(
        "4:34 'n' is declared twice in this scope",
        refusal(HEAD + ".visible .entry k(.param .u32 n, .param .u32 n) { ret; }"));
  }
}
