package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command as a whole. */
class NibbleTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {
    "run", "compile", "opt", "explain", "compare", "fmt", "passes", "ops", "formats", "targets", "ptx", "ptx run",
    "ptx check", "ptx profile"
  })
  void eachVerbHasHelp(String verb) {
    Object[] args = Stream.concat(Stream.of(verb.split(" ")), Stream.of("--help")).toArray();
    String text = CommandRun.of(args).ok().out();
    assertTrue(text.startsWith("Usage: nibble " + verb + " "), text);
    assertTrue(verb.equals("ptx") || text.contains("--json"), text);
    assertTrue(text.lines().allMatch(line -> line.length() <= 100), text);
  }

  @Test
  void helpListsTheExitCodesThatThereAre() {
    String text = CommandRun.of("--help").ok().out();
    Arrays.stream(ExitCode.values()).forEach(code ->
        assertTrue(text.contains("\n  " + code.code() + "   " + code.meaning() + "\n"), text));
  }

  @Test
  void versionIsTold() {
    assertEquals("nibble 0.1.0\n", CommandRun.of("--version").ok().out());
  }

  @Test
  void verbMustBeNamed() {
    CommandRun.of().failed(ExitCode.USAGE, "which verb?", "nibble --help");
    CommandRun.of("ptx").failed(ExitCode.USAGE, "run, check or profile?", "nibble ptx --help");
  }

  @Test
  void misspeltVerbsAndOptionsAreGuessed() {
    CommandRun.of("runn", "x.nib").failed(ExitCode.USAGE, "runn", "did you mean 'run'?");
    CommandRun.of("run", "a", "b").failed(ExitCode.USAGE, "'b' is one argument too many");
    CommandRun.of("run", SmallModel.nib(folder), "--recip", "w8").failed(ExitCode.USAGE, "--recip", "--recipe");
  }

  @Test
  void badValuesAreToldWithWhatIsTaken() {
    Path model = SmallModel.nib(folder);
    CommandRun.of("run", model, "--size", "B").failed(ExitCode.USAGE, "--size takes NAME=N, not 'B'");
    CommandRun.of("run", model, "--size", "B=two").failed(ExitCode.USAGE, "--size takes NAME=N, not 'two'");
    CommandRun.of("run", model, "--made-up=abc").failed(ExitCode.USAGE, "--made-up takes SEED, not 'abc'");
    CommandRun.of("run", model, "--fn", "a", "--fn", "b").failed(ExitCode.USAGE, "--fn F is given twice");
    CommandRun.of("run").failed(ExitCode.USAGE, "MODEL is missing", "see nibble run --help");
    CommandRun.of("compile", model, "--target", "sm_80").failed(ExitCode.USAGE, "--output DIR is missing");
    CommandRun.of("run", model, "--recipe").failed(ExitCode.USAGE, "--recipe R is missing");
    CommandRun.of("run", model, "--recipe", "w8", "--passes", "cse").failed(ExitCode.USAGE, "exclude each other");
  }

  @Test
  void helpIsAVerbToo() {
    assertEquals(CommandRun.of("--help").ok().out(), CommandRun.of("help").ok().out());
    assertEquals(CommandRun.of("run", "--help").ok().out(), CommandRun.of("help", "run").ok().out());
    CommandRun.of("help", "runn").failed(ExitCode.USAGE, "there is no verb 'runn'");
  }

  @Test
  void shellsCompleteVerbsAndOptions() {
    String script = CommandRun.of("completion").ok().out();
    assertTrue(script.contains("complete -F _complete_nibble -o default nibble"), script);
    for (String word : List.of("'--recipe'", "profile", "'--made-up'", "targets")) {
      assertTrue(script.contains(word), word);
    }
  }

  @Test
  void errorsAreJsonToo() {
    var usage = CommandRun.of("ops", "matmull", "--json").failed(ExitCode.USAGE).json();
    assertEquals(2, usage.get("exitCode").intValue());
    assertEquals("there is no op 'matmull'", usage.get("errors").get(0).get("message").textValue());
    assertEquals("did you mean 'matmul'?", usage.get("errors").get(0).get("hint").textValue());
    Path wrong = SmallModel.write(
        folder.resolve("b.nib"), "model m {\n  fn main(x: f32[4]) -> f32[4] { return y }\n}\n");
    var compile = CommandRun.of("explain", wrong, "--json").failed(ExitCode.COMPILE_ERROR).json();
    assertEquals(3, compile.get("exitCode").intValue());
    var error = compile.get("errors").get(0);
    assertEquals("error", error.get("severity").textValue());
    assertEquals(wrong.toString(), error.get("file").textValue());
    assertEquals(2, error.get("line").intValue());
    assertEquals(41, error.get("column").intValue());
    assertTrue(error.get("notes").isArray());
    assertEquals(List.of(2, 3), List.of(usage.get("exitCode").intValue(), compile.get("exitCode").intValue()));
  }
}
