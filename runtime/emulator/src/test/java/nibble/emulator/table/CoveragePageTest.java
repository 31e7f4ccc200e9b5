package nibble.emulator.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/ptx-coverage.md} is made of the table. {@code -Dnibble.bless=true} writes it anew. */
class CoveragePageTest {
  private static final Path PAGE = Path.of("..", "..", "docs", "ptx-coverage.md");
  private static final Path CENSUS = Path.of("src/test/resources/nibble/emulator/table/census.txt");

  private static final String HEAD =
      """
      # PTX that the machine executes

      Made of the instruction table (`runtime/emulator/src/main/resources/nibble/emulator/table/*.forms`) by
      `CoveragePageTest`; `-Dnibble.bless=true` writes it anew.

      A form's modifiers stand in its order, or, where it begins with `~`, in any. `{a,b}` is a choice, `?` \
      may be left out,
      `&` goes with the one before it. *Exact* forms are specified bit by bit and computed so. *Modelled* ones follow a
      documented rule that reproduces what GPUs were seen to do. *Approximate* ones are specified within a \
      bound, and within
      it here. Every form is executed by a test that compares what it gives (`UntestedRowsTest`), and assembles with
      `ptxas` for just the targets and versions that stand here (`TableAssemblyTest`).

      """;

  private static List<Form> forms() {
    return FormTable.standard().forms();
  }

  private static long count(List<Form> forms, Fidelity fidelity) {
    return forms.stream().filter(it -> it.fidelity() == fidelity).count();
  }

  private static Map<String, List<Form>> groups() {
    return forms().stream().collect(Collectors.groupingBy(Form::group, LinkedHashMap::new, Collectors.toList()));
  }

  private static String summary() {
    StringBuilder text =
        new StringBuilder("| group | forms | exact | modelled | approximate |\n|---|---|---|---|---|\n");
    Map<String, List<Form>> groups = groups();
    groups.put("all", forms());
    groups.forEach(
        (group, forms) ->
            text.append(
                "| %s | %d | %d | %d | %d |\n".formatted(
                    group, forms.size(), count(forms, Fidelity.EXACT), count(forms, Fidelity.MODELLED),
                    count(forms, Fidelity.APPROXIMATE))));
    return text.toString();
  }

  /** How many of the opcodes that real programs use are there. */
  private static String census() throws IOException {
    List<String> opcodes = Files.readAllLines(CENSUS).stream().filter(it -> !it.startsWith("#")).toList();
    List<String> missing =
        opcodes.stream().filter(it -> it.startsWith("-")).map(it -> it.substring(1).strip()).toList();
    String list =
        missing.stream().map(it -> "`" + it.substring(it.indexOf(' ') + 1) + "`").collect(Collectors.joining(", "));
    return """

        Of %d opcodes that 277 PTX files of 16 public CUDA projects use, %d are there. The others: %s.
        """
        .formatted(opcodes.size(), opcodes.size() - missing.size(), list);
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  private static String row(Form form) {
    String order = form.pattern().anyOrder() ? "~" : "";
    String bound = form.bound().isEmpty() ? "" : ": " + form.bound();
    return "| `%s%s` | `%s` | %s | %s%s |\n".formatted(
        order, cell(form.text()), cell(String.join(" ", form.operands())), form.requirement(),
        form.fidelity().name().toLowerCase(Locale.ROOT), bound);
  }

  private static String page() throws IOException {
    StringBuilder text = new StringBuilder(HEAD).append(summary()).append(census());
    text.append("\n## What is refused\n\n");
    new TreeMap<>(FormTable.standard().refusals())
        .forEach((word, reason) -> text.append("* `").append(word).append("`: ").append(reason).append(".\n"));
    groups().forEach(
        (group, forms) -> {
          text.append("\n## ").append(group).append("\n\n| form | operands | from | fidelity |\n|---|---|---|---|\n");
          forms.forEach(form -> text.append(row(form)));
        });
    return text.toString();
  }

  @Test
  void isFresh() throws IOException {
    String page = page();
    if (Boolean.getBoolean("nibble.bless")) {
      Files.writeString(PAGE, page);
    }
    assertEquals(Files.readString(PAGE), page, "-Dnibble.bless=true writes the page anew");
  }
}
