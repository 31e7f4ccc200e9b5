package nibble.codegen.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of {@code docs/sparsity.md} is what the model says. {@code -Dnibble.bless=true} writes it anew. */
class SparsityTableTest {
  private static final Path PAGE = Path.of("..", "docs", "sparsity.md");
  private static final Pattern TABLE = Pattern.compile("(?s)(<!-- published -->\n)(.*?)(<!-- /published -->)");

  @Test
  void isFresh() throws IOException {
    String page = Files.readString(PAGE);
    Matcher table = table(page);
    String fresh = SparsityTable.of(PublishedRatio.all());
    if (Boolean.getBoolean("nibble.bless")) {
      Files.writeString(PAGE, page.substring(0, table.end(1)) + fresh + page.substring(table.start(3)));
    }
    assertEquals(table(Files.readString(PAGE)).group(2), fresh, "-Dnibble.bless=true writes the table anew");
  }

  private static Matcher table(String page) {
    Matcher table = TABLE.matcher(page);
    assertTrue(table.find(), "the page has a place for the table");
    return table;
  }
}
