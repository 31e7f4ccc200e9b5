package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OptCommandTest {
  /** The real model, without its weights: no pass of these needs them. */
  private static final Path MINILM = Path.of("../../samples/minilm/minilm.nib");

  @TempDir private Path folder;

  private Path twice() {
    return SmallModel.write(folder.resolve("twice.ir"), SmallModel.IR);
  }

  @Test
  void runsPasses() {
    String text = CommandRun.of("opt", twice(), "--passes", "cse").ok().out();
    assertEquals(
        """
        module @twice {
          symbol B
          func @main(%x: tensor<[B,4] x f32>) {
            %0 = exp %x : tensor<[B,4] x f32> loc("twice.nib":2:3)
            %2 = add %0, %0 : tensor<[B,4] x f32> loc("twice.nib":4:3)
            return %2
          } loc("twice.nib":1:1)
        }
        """,
        text);
  }

  @Test
  void withoutPassesTheModelIsPrintedAsItIs() {
    assertEquals(SmallModel.IR, CommandRun.of("opt", twice()).ok().out());
  }

  @Test
  void passesStandInTheFileToo() {
    Path file = SmallModel.write(folder.resolve("run.ir"), "// RUN: opt cse\n" + SmallModel.IR);
    assertEquals(CommandRun.of("opt", twice(), "--passes", "cse").out(), CommandRun.of("opt", file).ok().out());
  }

  @Test
  void errorInThePassesOfTheFilePointsIntoIt() {
    Path file = SmallModel.write(folder.resolve("run.ir"), "\n// RUN: opt cse,ces\n" + SmallModel.IR);
    CommandRun.of("opt", file)
        .failed(ExitCode.COMPILE_ERROR, "there is no pass 'ces'", file + ":2:17", "// RUN: opt cse,ces\n", "'cse'?");
  }

  @Test
  void printsAfterEachPassWhatReadsBack() {
    assertReadsBack(SmallModel.nib(folder), "--recipe", "w8", "--print-after", "all");
    assertReadsBack(SmallModel.nib(folder), "--passes", "cse,quantize{weight=i8:channel, act=i8:token},cse",
        "--print-before", "all", "--print-after", "all");
  }

  @Test
  void printsOfTheRealModelReadBack() {
    assertReadsBack(MINILM, "--recipe", "../../samples/recipes/w8a8.nib", "--print-after", "all");
  }

  private void assertReadsBack(Path model, String... options) {
    Object[] args = new Object[options.length + 2];
    args[0] = "opt";
    args[1] = model;
    System.arraycopy(options, 0, args, 2, options.length);
    String printed = CommandRun.of(args).ok().out();
    assertTrue(printed.contains("// ----- 01-quantize-after.ir\n"), printed);
    Path dump = SmallModel.write(folder.resolve("dump.ir"), printed);
    String again = CommandRun.of("opt", dump).ok().out();
    assertEquals(modules(printed), modules(again));
    // And what was read back is printed under one name for each module from here on: it is its own fixed point.
    assertEquals(again, CommandRun.of("opt", SmallModel.write(folder.resolve("again.ir"), again)).ok().out());
  }

  /** The modules of a dump, without the names of its sections. */
  private static List<String> modules(String dump) {
    return List.of(dump.split("(?m)^// -----.*\n")).stream().filter(module -> !module.isEmpty()).toList();
  }

  @Test
  void printsAtSomePasses() {
    String passes = "canonicalize,cse,dce";
    String text = CommandRun.of(
        "opt", twice(), "--passes", passes, "--print-before", "cse", "--print-after", "cse,dce").ok().out();
    assertEquals(
        List.of("// ----- 01-cse-before.ir", "// ----- 01-cse-after.ir", "// ----- 02-dce-after.ir", "// ----- result"),
        text.lines().filter(line -> line.startsWith("//")).toList());
  }

  @Test
  void showsWhatEachPassChanged() {
    String text = CommandRun.of("opt", twice(), "--passes", "cse,dce", "--diff").ok().out();
    assertTrue(text.startsWith("// ----- 00-cse-change.diff\n"), text);
    assertTrue(text.lines().anyMatch(line -> line.startsWith("-") && line.contains("%1 = exp")), text);
    assertTrue(text.lines().anyMatch(line -> line.startsWith("+") && line.contains("add %0, %0")), text);
    assertFalse(text.contains("01-dce"), "a pass that changes nothing has no diff");
    assertFalse(text.contains("----- result"), text);
  }

  @Test
  void tellsTimes() {
    CommandRun run = CommandRun.of("opt", twice(), "--passes", "cse,dce", "--timing").ended(ExitCode.OK);
    assertTrue(run.err().matches("(?s) *\\d+\\.\\d+ ms  changed   cse\n *\\d+\\.\\d+ ms  unchanged dce\n.* in all\n"),
        run.err());
    assertEquals(CommandRun.of("opt", twice(), "--passes", "cse,dce").out(), run.out());
  }

  @Test
  void dumpsWhatPassesChangedIntoAFolder() throws IOException {
    Path dumps = folder.resolve("new/dumps");
    String result = CommandRun.of("opt", twice(), "--passes", "cse,dce", "--dump-dir", dumps).ok().out();
    assertEquals(List.of("00-cse-after.ir"), CompileCommandTest.names(dumps));
    assertEquals(result, Files.readString(dumps.resolve("00-cse-after.ir")));
  }

  @Test
  void dumpsOfSeveralModulesLieBesideEachOther() throws IOException {
    String other = SmallModel.IR.replace("@twice", "@other");
    Path file = SmallModel.write(folder.resolve("both.ir"), SmallModel.IR + "// ----- second\n" + other);
    Path dumps = folder.resolve("dumps");
    CommandRun.of("opt", file, "--passes", "cse", "--dump-dir", dumps).ok();
    assertEquals(List.of("00-00-cse-after.ir", "01-00-cse-after.ir"), CompileCommandTest.names(dumps));
    assertTrue(Files.readString(dumps.resolve("01-00-cse-after.ir")).contains("@other"));
  }

  @Test
  void writesTheResultToAFile() throws IOException {
    Path output = folder.resolve("result.ir");
    assertEquals("", CommandRun.of("opt", twice(), "--passes", "cse", "-o", output).ok().out());
    assertEquals(CommandRun.of("opt", twice(), "--passes", "cse").out(), Files.readString(output));
    JsonNode report = CommandRun.of("opt", twice(), "--passes", "cse", "-o", output, "--json").ok().json();
    assertEquals(Files.readString(output), report.get("modules").get(0).get("ir").textValue());
  }

  @Test
  void leavesOutLocations() {
    String text = CommandRun.of("opt", twice(), "--no-locations").ok().out();
    assertFalse(text.contains("loc("), text);
    assertEquals(SmallModel.IR.replaceAll(" loc\\(.*\\)", ""), text);
    assertEquals(SmallModel.IR, CommandRun.of("opt", twice(), "--locations").ok().out());
  }

  @Test
  void validationSaysWhatEachPassKeeps() {
    CommandRun run = CommandRun.of("opt", SmallModel.nib(folder), "--recipe", "w8", "--validate").ended(ExitCode.OK);
    assertTrue(run.err().contains("quantize (changes on purpose, with decision records): kept\n"), run.err());
    assertTrue(run.err().contains("cse (exact): kept\n"), run.err());
  }

  @Test
  void reportAsJson() {
    JsonNode report = CommandRun.of(
        "opt", SmallModel.nib(folder), "--recipe", "w8", "--print-after", "quantize", "--diff", "--json").ok().json();
    JsonNode module = report.get("modules").get(0);
    assertEquals("small", module.get("module").textValue());
    assertTrue(module.get("ir").textValue().startsWith("module @small {\n"));
    JsonNode quantize = module.get("passes").get(1);
    assertEquals("quantize{at=[up, down], weight=i8:channel, act=i8:token}", quantize.get("pass").textValue());
    assertTrue(quantize.get("milliseconds").isNumber());
    assertTrue(quantize.get("changed").booleanValue());
    assertEquals(4, quantize.get("decisions").size());
    List<String> dumps = module.get("dumps").valueStream().map(dump -> dump.get("name").textValue()).toList();
    assertEquals(List.of("01-quantize-after.ir", "01-quantize-change.diff", "04-fold-dequantize-change.diff"), dumps);
  }

  @Test
  void unknownPassesAreUsageErrorsAsNamesAndCompileErrorsInPipelines() {
    CommandRun.of("opt", twice(), "--print-after", "ces").failed(ExitCode.USAGE, "there is no pass 'ces'", "'cse'?");
    CommandRun.of("opt", twice(), "--passes", "dce,ces")
        .failed(ExitCode.COMPILE_ERROR, "there is no pass 'ces'", "--passes:1:5", "dce,ces", "    ^^^", "'cse'?");
  }

  @Test
  void whatPassesDumpedIsShownWhereALaterOneRefuses() {
    CommandRun run = CommandRun.of(
        "opt", SmallModel.nib(folder), "--passes", "canonicalize,specialize{B=0}", "--print-after", "all");
    run.ended(ExitCode.COMPILE_ERROR);
    assertTrue(run.out().startsWith("// ----- 00-canonicalize-after.ir\nmodule @small"), run.out());
    assertTrue(run.err().startsWith("error: specialize: the size B can't be 0"), run.err());
  }
}
