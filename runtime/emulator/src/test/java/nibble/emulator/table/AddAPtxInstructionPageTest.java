package nibble.emulator.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code docs/add-a-ptx-instruction.md} quotes stands in the files, and the files that it names are there. */
class AddAPtxInstructionPageTest {
  private static final Path ROOT = Path.of("..", "..");
  private static final Pattern QUOTE = Pattern.compile("From\\s+`([^`]+)`:\\n\\n```\\w*\\n(.*?)```", Pattern.DOTALL);

  private static String page() throws IOException {
    return Files.readString(ROOT.resolve("docs/add-a-ptx-instruction.md"));
  }

  @Test
  void quotesAreRight() throws IOException {
    Matcher matcher = QUOTE.matcher(page());
    List<String> quoted = new ArrayList<>();
    while (matcher.find()) {
      String file = Files.readString(ROOT.resolve(matcher.group(1)));
      assertTrue(file.contains(matcher.group(2)), () -> matcher.group(1) + " does not have\n" + matcher.group(2));
      quoted.add(Path.of(matcher.group(1)).getFileName().toString());
    }
    assertEquals(
        List.of("instructions.txt", "convert.forms", "IntegerConversion.java", "convert.cases"), quoted);
  }

  @Test
  void filesAreThere() {
    for (String file :
        List.of(
            "codegen-ptx/src/main/java/nibble/codegen/ptx/OperandPattern.java",
            "codegen-ptx/src/main/java/nibble/codegen/ptx/Effect.java",
            "codegen-ptx/src/main/java/nibble/codegen/ptx/ArithmeticOps.java",
            "codegen-ptx/src/main/java/nibble/codegen/ptx/MemoryOps.java",
            "codegen-ptx/src/main/java/nibble/codegen/target/Requirement.java",
            "codegen-ptx/src/test/java/nibble/codegen/ptx/FormSampler.java",
            "runtime/emulator/src/main/java/nibble/emulator/lower/Lowerings.java",
            "runtime/emulator/src/main/java/nibble/emulator/lower/DefaultLowering.java",
            "runtime/emulator/src/main/java/nibble/emulator/lane/Lanes.java",
            "runtime/emulator/src/test/java/nibble/emulator/table/SampleOperands.java",
            "runtime/emulator/src/test/resources/nibble/emulator/table/census.txt",
            "runtime/emulator/src/test/resources/nibble/emulator/messages.cases")) {
      assertTrue(Files.exists(ROOT.resolve(file)), file);
    }
  }

  /** The example is one: both tables have the instruction, and it does what the page says. */
  @Test
  void theExampleIsInTheTable() {
    Match match = FormTable.standard().find("cvt.pack.sat.s8.s32.b32", 4);
    assertEquals("IntegerConversion.pack", match.actionName());
    assertEquals(List.of("d32", "s32", "s32", "s32"), match.form().operands());
  }
}
