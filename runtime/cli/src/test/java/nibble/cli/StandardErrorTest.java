package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in a JVM of its own, with its standard error under another number as the launcher starts it. */
class StandardErrorTest {
  private static final Path BASH = Path.of("/bin/bash");

  @TempDir private Path folder;

  private int run(String redirections, Object... args) throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(BASH), "skipped: there is no /bin/bash");
    List<String> command = new ArrayList<>(List.of(
        BASH.toString(), "-c", "exec \"$0\" \"$@\" " + redirections,
        Path.of(System.getProperty("java.home"), "bin/java").toString(), "--enable-native-access=ALL-UNNAMED",
        "-Dnibble.stderr=3", "-cp", System.getProperty("java.class.path"), "nibble.cli.Nibble"));
    for (Object arg : args) {
      command.add(arg.toString());
    }
    Process process = new ProcessBuilder(command)
        .redirectInput(new File("/dev/null")).redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    return process.waitFor();
  }

  @Test
  void messagesAndResultsShareAFile() throws IOException, InterruptedException {
    Path model = SmallModel.write(folder.resolve("twice.ir"), SmallModel.IR);
    Path both = Files.writeString(folder.resolve("both.txt"), "before\n");
    assertEquals(0, run(">>" + both + " 2>&1 3>&2 2>/dev/null", "opt", model, "--timing", "--passes", "dce"));
    String text = Files.readString(both);
    assertTrue(text.startsWith("before\n"), text);
    assertTrue(text.matches("(?s)before\n *\\d+\\.\\d+ ms  unchanged dce\n.* in all\nmodule @twice .*}\n"), text);
    Path fresh = folder.resolve("fresh.txt");
    assertEquals(0, run(">" + fresh + " 2>&1 3>&2 2>/dev/null", "opt", model, "--timing", "--passes", "dce"));
    assertTrue(Files.readString(fresh).matches("(?s) *\\d+\\.\\d+ ms  unchanged dce\n.* in all\nmodule @twice .*}\n"));
  }

  @Test
  void exitCodeIsThatOfTheFailure() throws IOException, InterruptedException {
    Path errors = folder.resolve("errors.txt");
    assertEquals(2, run("2>" + errors + " 3>&2 2>/dev/null", "ops", "matmull"));
    assertEquals("error: there is no op 'matmull'\n  = help: did you mean 'matmul'?\n", Files.readString(errors));
  }

  @Test
  void lostResultsAreTold() throws IOException, InterruptedException {
    assumeTrue(Files.exists(Path.of("/dev/full")), "skipped: there is no /dev/full");
    Path errors = folder.resolve("errors.txt");
    assertEquals(3, run(">/dev/full 2>" + errors + " 3>&2 2>/dev/null", "ops"));
    assertEquals("error: standard output can't be written: No space left on device\n", Files.readString(errors));
  }
}
