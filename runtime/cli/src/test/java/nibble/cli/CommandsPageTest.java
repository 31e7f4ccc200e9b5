package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.ModelOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/commands.md} says is there, and all of it. */
class CommandsPageTest {
  private static final Pattern VERB = Pattern.compile("^  (\\w+) {2,}\\S", Pattern.MULTILINE);
  private static final Pattern OPTION = Pattern.compile("`(?:[a-z]+ )?(--[a-z-]+)");
  private static final Pattern JSON = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path folder;
  private String page;

  @BeforeEach
  void read() throws IOException {
    page = Files.readString(Path.of("../../docs/commands.md"));
  }

  @Test
  void everyVerbIsThere() {
    String help = CommandRun.of("--help").ok().out();
    List<String> verbs = VERB.matcher(help.substring(0, help.indexOf("Exit codes"))).results()
        .map(match -> match.group(1)).filter(verb -> !verb.equals("help")).toList();
    assertTrue(verbs.size() > 10, verbs::toString);
    verbs.forEach(verb -> assertTrue(page.contains("`" + verb + "`") || page.contains("`" + verb + " run`"), verb));
  }

  @Test
  void everyOptionExists() {
    String help = CommandRun.of("run", "--help").out() + CommandRun.of("compile", "--help").out();
    List<String> options = OPTION.matcher(page).results().map(match -> match.group(1)).distinct().toList();
    assertTrue(options.size() > 8, options::toString);
    options.forEach(option -> assertTrue(help.contains(option), option));
  }

  @Test
  void exitCodesAreThoseThatThereAre() {
    Arrays.stream(ExitCode.values()).forEach(code ->
        assertTrue(page.contains("\n| " + code.code() + " | " + code.meaning() + " |\n"), code::meaning));
  }

  @Test
  void theManifestIsOne() throws IOException {
    MatchResult manifest = JSON.matcher(page).results().findFirst().orElseThrow();
    Files.writeString(folder.resolve(ModelArgument.MANIFEST), manifest.group(1));
    Files.writeString(folder.resolve("encoder.nib"), "");
    ModelArgument model = ModelArgument.resolve(folder, ModelOptions.NONE);
    assertEquals(Optional.of("encode"), model.entry());
    assertEquals(List.of("cat", "dog"), model.classes());
    assertTrue(model.tokenizer().isPresent() && model.inputs().text().isPresent());
    assertEquals(2, model.calibration().arrays().size());
  }
}
