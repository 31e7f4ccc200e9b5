package nibble.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A table of a page that is made, between {@code <!-- name -->} and {@code <!-- /name -->}; {@code -Dnibble.bless=true}
 * rewrites it.
 *
 * @param page file, from the folder of the module whose test this is
 */
public record PageTable(Path page, String name) {
  /** The page has this table. */
  public void check(String table) {
    try {
      String text = Files.readString(page);
      Matcher place = find(text);
      if (Boolean.getBoolean("nibble.bless")) {
        Files.writeString(page, text.substring(0, place.end(1)) + table + text.substring(place.start(3)));
      }
      assertEquals(find(Files.readString(page)).group(2), table, "-Dnibble.bless=true writes the table anew");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Matcher find(String text) {
    Matcher place = Pattern.compile("(?s)(<!-- " + name + " -->\n)(.*?)(<!-- /" + name + " -->)").matcher(text);
    assertTrue(place.find(), () -> page + " has a place for the table " + name);
    return place;
  }
}
