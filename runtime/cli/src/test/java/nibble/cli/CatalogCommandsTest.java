package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.ir.Catalog;
import nibble.ir.Registry;
import nibble.passes.spi.Plugins;
import org.junit.jupiter.api.Test;

/** The verbs that list what there is. */
class CatalogCommandsTest {
  private static List<String> field(JsonNode list, String name) {
    return list.valueStream().map(entry -> entry.get(name).textValue()).toList();
  }

  private static List<String> firstWords(String text) {
    return text.lines().map(line -> line.split(" ")[0]).toList();
  }

  @Test
  void passesAreListed() {
    List<String> all = Plugins.onClassPath().passes().passes().keySet().asList();
    assertEquals(all, firstWords(CommandRun.of("passes").ok().out()));
    JsonNode listed = CommandRun.of("passes", "--json").ok().json().get("passes");
    assertEquals(all, field(listed, "name"));
    listed.forEach(pass -> {
      assertTrue(pass.get("summary").isTextual());
      assertTrue(pass.get("effect").isTextual());
      assertTrue(pass.get("options").isArray());
    });
  }

  @Test
  void onePassIsToldAbout() {
    String text = CommandRun.of("passes", "quantize").ok().out();
    assertTrue(text.contains("numbers: changes on purpose\n"), text);
    assertTrue(text.contains("weight: layout of weights"), text);
    JsonNode told = CommandRun.of("passes", "quantize", "--json").ok().json().get("passes");
    assertEquals(List.of("quantize"), field(told, "name"));
    assertEquals(List.of("at", "weight", "act"), field(told.get(0).get("options"), "name"));
    CommandRun.of("passes", "quantise")
        .failed(ExitCode.USAGE, "there is no pass 'quantise'", "did you mean 'quantize'?");
    CommandRun.of("passes", "zzz").failed(ExitCode.USAGE, "there are canonicalize, ");
  }

  @Test
  void opsAreListed() {
    List<String> all = Catalog.of(Registry.core()).ops().stream().map(Catalog.OpEntry::name).toList();
    assertEquals(all, firstWords(CommandRun.of("ops").ok().out()));
    JsonNode listed = CommandRun.of("ops", "--json").ok().json().get("ops");
    assertEquals(all, field(listed, "name"));
    listed.forEach(op -> {
      Stream.of("dialect", "summary", "rounding", "syntax").forEach(field -> assertTrue(op.get(field).isTextual()));
      assertTrue(op.get("attributes").isArray());
    });
  }

  @Test
  void oneOpIsToldAbout() {
    String text = CommandRun.of("ops", "matmul").ok().out();
    assertTrue(text.contains("written: matmul {transposeB = true or false, to = format}\n"), text);
    assertTrue(text.contains("rounding: "), text);
    assertEquals(List.of("matmul"), field(CommandRun.of("ops", "matmul", "--json").ok().json().get("ops"), "name"));
    CommandRun.of("ops", "matmull").failed(ExitCode.USAGE, "there is no op 'matmull'", "did you mean 'matmul'?");
  }

  @Test
  void formatsAreListed() {
    String text = CommandRun.of("formats").ok().out();
    for (Catalog.FormatEntry entry : Catalog.of(Registry.core()).formats()) {
      assertTrue(text.contains("\n  " + entry.format().name() + " "), entry.format()::name);
    }
    assertTrue(text.contains("  token "), text);
    assertTrue(text.contains("  64:2:8 "), text);
    JsonNode listed = CommandRun.of("formats", "--json").ok().json();
    JsonNode e4m3 = listed.get("formats").valueStream()
        .filter(format -> format.get("name").textValue().equals("e4m3")).findFirst().orElseThrow();
    assertEquals(8, e4m3.get("bits").intValue());
    assertEquals(448, e4m3.get("max").doubleValue());
    assertTrue(field(listed.get("granularities"), "example").contains("block(1,128)"));
    assertTrue(field(listed.get("sparseLayouts"), "example").contains("2:4"));
  }

  @Test
  void oneFormatIsToldAbout() {
    String text = CommandRun.of("formats", "e2m1").ok().out();
    assertTrue(text.startsWith("e2m1    4 bits  up to 6"), text);
    assertTrue(text.contains("\n  15 numbers from -6 to 6; the smallest above 0 is 0.5\n"), text);
    assertTrue(text.contains("\n  they are -6 -4 -3 -2 -1.5 -1 -0.5 0 0.5 1 1.5 2 3 4 6\n"), text);
    assertTrue(CommandRun.of("formats", "f16").ok().out().contains("some codes stand for infinities"), text);
    CommandRun.of("formats", "f32").ok();
    JsonNode told = CommandRun.of("formats", "e4m3", "--json").ok().json().get("formats");
    assertEquals(List.of("e4m3"), field(told, "name"));
    assertEquals(1 / 512.0, told.get(0).get("smallest").doubleValue());
    CommandRun.of("formats", "e4m4").failed(ExitCode.USAGE, "there is no number format 'e4m4'", "did you mean 'e4m3'?");
  }

  @Test
  void oneTargetIsToldAbout() {
    String text = CommandRun.of("targets", "sm_90a").ok().out();
    assertTrue(text.startsWith("sm_90a "), text);
    assertTrue(text.contains("\n  multiply-adds of an SM in a clock, "), text);
    assertEquals(
        List.of("sm_80"), field(CommandRun.of("targets", "sm_80", "--json").ok().json().get("targets"), "name"));
    CommandRun.of("targets", "sm_1").failed(ExitCode.USAGE, "unknown target 'sm_1'");
  }

  @Test
  void targetsAreListed() {
    List<String> all = Targets.all().stream().map(Target::name).toList();
    assertTrue(all.containsAll(List.of("sm_80", "sm_89", "sm_90a", "sm_100a", "sm_120a")), all::toString);
    assertEquals(all, firstWords(CommandRun.of("targets").ok().out()));
    JsonNode listed = CommandRun.of("targets", "--json").ok().json().get("targets");
    assertEquals(all, field(listed, "name"));
    listed.forEach(target -> {
      assertTrue(target.get("sharedBytesPerBlock").isIntegralNumber());
      assertTrue(target.get("multiplyAddsPerClock").isObject());
      assertTrue(target.get("features").isObject());
    });
  }

  @Test
  void theMatrixTellsWhatHasKernels() {
    String text = CommandRun.of("matrix", "--target", "sm_80", "--format", "e4m3", "--prove").ok().out();
    assertTrue(text.contains("| `scale<token, f32>` | f16 |\n"), text);
    assertTrue(text.contains("## Reasons\n\n1. "), text);
    assertTrue(text.matches("(?s).*\n(\\d+) of \\1 cells with kernels proven\\R"), text);
    CommandRun.of("matrix", "--format", "e4m4")
        .failed(ExitCode.USAGE, "the matrix has no number format 'e4m4'", "did you mean 'e4m3'?");
    CommandRun.of("matrix", "--target", "sm_1").failed(ExitCode.USAGE, "sm_1");
  }
}
