package nibble.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.stream.Collectors;
import nibble.emulator.table.FormTable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Comes behind all other tests: each row of the table has been executed by one that compares what it gives. */
@Order(Integer.MAX_VALUE)
class UntestedRowsTest {
  @Test
  void noRowIsUntested() {
    assumeTrue(System.getProperty("test") == null, "skipped: only some of the tests run");
    String untested =
        FormTable.standard().forms().stream()
            // A launch that traps gives no counts; the tests of printing and of faults see it trap.
            .filter(it -> !ExecutedForms.contains(it) && !it.text().equals("trap"))
            .map(it -> it.group() + ": " + it)
            .collect(Collectors.joining("\n"));
    assertEquals("", untested);
  }
}
