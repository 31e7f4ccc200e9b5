package nibble.engine.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import nibble.engine.MiniLm;
import nibble.engine.sample.TextLines;
import nibble.ir.diagnostic.InputException;
import nibble.ir.format.Formats;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextTokenizerTest {
  @TempDir
  private static Path folder;
  private static Path file;

  @BeforeAll
  static void copy() {
    file = MiniLm.tokenizer(folder);
  }

  private static List<Integer> row(TokenBatch batch, int row) {
    int[] ids = Arrays.copyOfRange(batch.ids(), row * batch.columns(), row * batch.columns() + batch.length(row));
    return Arrays.stream(ids).boxed().toList();
  }

  @Test
  void tokensAreThoseOfAWordPieceWrittenByHand() throws IOException {
    List<String> texts = new ArrayList<>(TextLines.read(MiniLm.sentences()));
    assertTrue(texts.size() >= 200, texts.size() + " sentences");
    texts.addAll(List.of("Café, naïveté & a «quote»!", "unbelievably antidisestablishmentarian",
        "e-mail@example.org 3.14", "\u2603 snow"));
    WordPiece expected = WordPiece.read(file);
    try (TextTokenizer tokenizer = TextTokenizer.open(file, 256, 8)) {
      TokenBatch batch = tokenizer.encode(texts);
      Set<Integer> seen = new TreeSet<>();
      for (int i = 0; i < texts.size(); i++) {
        assertEquals(expected.encode(texts.get(i)), row(batch, i), texts.get(i));
        seen.addAll(row(batch, i));
      }
      assertTrue(seen.size() > 800, "only " + seen.size() + " different tokens were compared");
    }
  }

  @Test
  void aBatchIsPaddedToTheMultiple() {
    try (TextTokenizer tokenizer = TextTokenizer.open(file, 64, 8)) {
      TokenBatch batch = tokenizer.encode(List.of("Hello, world!", "How do I reset the password of my account?"));
      assertEquals(2, batch.rows());
      assertEquals(16, batch.columns());
      assertEquals(List.of(101, 7592, 1010, 2088, 999, 102), row(batch, 0));
      assertEquals(12, batch.length(1));
      assertArrayEquals(new double[] {1, 1, 1, 1, 1, 1, 0, 0}, Arrays.copyOf(batch.mask(Formats.F32).elements(), 8));
      assertEquals("tensor<[2,16] x i32>", batch.ids(Formats.I32).type().toString());
      assertEquals(0, batch.ids(Formats.I32).elements()[15], "padding is the token 0");
    }
  }

  @Test
  void aLongTextIsCutAndKeepsItsEnd() {
    try (TextTokenizer tokenizer = TextTokenizer.open(file, 16, 8)) {
      TokenBatch batch = tokenizer.encode(List.of("word ".repeat(100)));
      assertEquals(16, batch.columns());
      assertEquals(16, batch.length(0));
      assertEquals(102, batch.ids()[15]);
    }
  }

  @Test
  void aFileThatIsNoTokenizerIsRefused() throws IOException {
    Path broken = Files.writeString(folder.resolve("broken.json"), "{\"version\": \"1.0\"}");
    InputException refused = assertThrows(InputException.class, () -> TextTokenizer.open(broken, 16, 8));
    assertTrue(refused.getMessage().startsWith(broken + ": is no tokenizer that can be read"), refused.getMessage());
    InputException missing = assertThrows(InputException.class, () ->
        TextTokenizer.open(folder.resolve("no.json"), 16, 8));
    assertTrue(missing.getMessage().endsWith("there is no such tokenizer file"), missing.getMessage());
    assertThrows(InputException.class, () -> TextTokenizer.open(file, 20, 8));
  }

  @Test
  void nothingIsWrittenToTheHomeFolder() {
    try (TextTokenizer tokenizer = TextTokenizer.open(file, 16, 8)) {
      assertEquals(1, tokenizer.encode(List.of("x")).rows());
    }
    assertEquals("true", System.getProperty("ai.djl.offline"));
    assertTrue(Files.isDirectory(Path.of(System.getProperty("DJL_CACHE_DIR"))), System.getProperty("DJL_CACHE_DIR"));
    assertTrue(!Path.of(System.getProperty("DJL_CACHE_DIR")).startsWith(System.getProperty("user.home")));
  }
}
