package nibble.emulator.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import nibble.emulator.report.Rejection;
import org.junit.jupiter.api.Test;

/** Which opcodes of real programs the table has: {@code census.txt}. */
class CensusTest {
  private static final Path FILE = Path.of("src/test/resources/nibble/emulator/table/census.txt");
  private static final int MOST_OPERANDS = 10;

  /** Whether some row takes the opcode, with whatever number of operands. */
  private static boolean isKnown(String opcode) {
    for (int operands = 0; operands <= MOST_OPERANDS; operands++) {
      try {
        FormTable.standard().find(opcode, operands);
        return true;
      } catch (Rejection refusal) {
        if (refusal.getMessage().startsWith("unknown")) {
          return false;
        }
      }
    }
    return false;
  }

  private static String mark(String line) {
    if (line.startsWith("#")) {
      return line;
    }
    String opcode = line.substring(line.lastIndexOf(' ') + 1);
    return (isKnown(opcode) ? " " : "-") + line.substring(1);
  }

  @Test
  void opcodesOfRealPrograms() throws IOException {
    List<String> lines = Files.readAllLines(FILE);
    String found = lines.stream().map(CensusTest::mark).collect(Collectors.joining("\n", "", "\n"));
    if (Boolean.getBoolean("nibble.bless")) {
      Files.writeString(FILE, found);
    }
    assertEquals(Files.readString(FILE), found, "-Dnibble.bless=true marks the opcodes anew");
  }
}
