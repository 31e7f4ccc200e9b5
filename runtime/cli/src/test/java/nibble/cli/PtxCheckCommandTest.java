package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PtxCheckCommandTest {
  @TempDir private Path folder;

  @Test
  void listsKernelsAndParameters() {
    Path file = SmallModel.ptx(folder);
    assertEquals(
        "kernel add, 0 bytes of static shared memory\n  x: 8 bytes\n  y: 8 bytes\n  n: 4 bytes\n"
            + file + ": nothing is wrong with it\n",
        CommandRun.of("ptx", "check", file).ok().out());
  }

  @Test
  void reportAsJson() {
    Path file = SmallModel.ptx(folder);
    JsonNode report = CommandRun.of("ptx", "check", file, "--json").ok().json();
    assertEquals(file.toString(), report.get("file").textValue());
    assertEquals("sm_80", report.get("target").textValue());
    assertTrue(report.get("ok").booleanValue());
    assertEquals(0, report.get("problems").size());
    JsonNode kernel = report.get("kernels").get(0);
    assertEquals("add", kernel.get("name").textValue());
    assertEquals(0, kernel.get("sharedBytes").intValue());
    assertEquals("{\"name\":\"n\",\"bytes\":4}", kernel.get("parameters").get(2).toString());
  }

  @Test
  void allThatIsWrongIsSaidWithItsPlace() {
    String wrong = SmallModel.PTX.replace("add.f32", "addd.f32").replace("bra DONE", "bra DOEN")
        .replace("%r4, %tid.x", "%r9, %tid.x");
    Path file = SmallModel.write(folder.resolve("wrong.ptx"), wrong);
    CommandRun text = CommandRun.of("ptx", "check", file).failed(ExitCode.COMPILE_ERROR);
    JsonNode report = CommandRun.of("ptx", "check", file, "--json").failed(ExitCode.COMPILE_ERROR).json();
    assertEquals(false, report.get("ok").booleanValue());
    assertEquals(3, report.get("problems").size());
    assertTrue(text.err().endsWith("\n3 errors\n"), text.err());
    int[] lines = {15, 18, 24};
    for (int i = 0; i < lines.length; i++) {
      JsonNode problem = report.get("problems").get(i);
      assertEquals(lines[i], problem.get("line").intValue(), report::toPrettyString);
      assertTrue(problem.get("column").intValue() > 1);
      assertEquals(file.toString(), problem.get("file").textValue());
      assertTrue(text.err().contains(problem.get("message").textValue()), text.err());
      assertTrue(text.err().contains(file + ":" + lines[i] + ":"), text.err());
      assertTrue(text.err().contains("\n" + lines[i] + " | "), "an excerpt");
    }
    assertTrue(text.err().contains("DONE"), "what was meant");
  }

  @Test
  void whatIsNoPtxIsRefused() {
    Path model = SmallModel.nib(folder);
    CommandRun.of("ptx", "check", model).failed(ExitCode.COMPILE_ERROR, model + ":1:1");
    Path empty = SmallModel.write(folder.resolve("empty.ptx"), "");
    CommandRun.of("ptx", "check", empty).failed(ExitCode.COMPILE_ERROR, "empty.ptx");
    CommandRun.of("ptx", "check", folder).failed(ExitCode.COMPILE_ERROR, folder + ": is a folder, not a file");
    CommandRun.of("ptx", "check", folder.resolve("none.ptx")).failed(ExitCode.COMPILE_ERROR, "there is no such file");
  }
}
