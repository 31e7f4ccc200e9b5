package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/ptx-machine.md} shows of the command line is what it prints. */
class PtxMachinePageTest {
  private static final Path PAGE = Path.of("../../docs/ptx-machine.md");
  private static final Pattern KERNEL = Pattern.compile("```ptx\n(.*?)```", Pattern.DOTALL);
  private static final Pattern CONSOLE = Pattern.compile("```console\n\\$ ./nibble (.*?)\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path folder;

  @Test
  void commandsPrintWhatItShows() throws IOException {
    String page = Files.readString(PAGE);
    MatchResult kernel = KERNEL.matcher(page).results().findFirst().orElseThrow();
    Path file = SmallModel.write(folder.resolve("exchange.ptx"), kernel.group(1));
    List<MatchResult> examples = CONSOLE.matcher(page).results().toList();
    assertEquals(2, examples.size());
    for (MatchResult example : examples) {
      List<Object> words = new ArrayList<>(List.of(example.group(1).split(" ")));
      words.replaceAll(word -> word.equals("exchange.ptx") ? file : word);
      CommandRun run = CommandRun.of(words.toArray());
      String shown = example.group(2);
      String printed = withoutTime(run.out() + run.err());
      if (shown.endsWith("...\n")) {
        assertTrue(printed.startsWith(withoutTime(shown.substring(0, shown.length() - 4))), printed);
      } else {
        assertEquals(withoutTime(shown), printed);
      }
    }
  }

  private static String withoutTime(String text) {
    return text.replaceAll("in [\\d.]+ s", "in # s");
  }
}
