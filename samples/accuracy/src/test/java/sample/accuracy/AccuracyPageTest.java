package sample.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.ModelOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page of accuracy is what the program writes, and what it says holds. */
class AccuracyPageTest {
  private static final Path ROOT = Path.of("../..");
  private static final Path MINILM = ROOT.resolve("samples/minilm");
  /** So many sentences take seconds, and all of them minutes. */
  private static final int SENTENCES = 32;

  private static AccuracyPage page() throws IOException {
    return AccuracyPage.parse(Files.readString(ROOT.resolve("docs/accuracy.md")));
  }

  @Test
  void pageIsWhatIsWrittenOfItsFigures() throws IOException {
    assertEquals(page().text(), Files.readString(ROOT.resolve("docs/accuracy.md")));
  }

  @Test
  void everyRecipeHasItsFigures() throws IOException {
    AccuracyPage page = page();
    for (String recipe : ModelArgument.resolve(MINILM, ModelOptions.NONE).recipeNames()) {
      assertNotNull(page.embeddings().get(recipe), recipe);
      assertNotNull(page.images().get(recipe), recipe);
      assertEquals(2000, page.images().get(recipe).images());
      assertNotNull(page.texts().get(recipe), recipe);
    }
    for (AccuracyPage.Technique technique : AccuracyPage.TECHNIQUES) {
      for (String recipe : List.of(technique.off(), technique.on())) {
        assertNotNull(page.embeddings().get(recipe), recipe);
        assertNotNull(page.images().get(recipe), recipe);
        assertNotNull(page.texts().get(recipe), recipe);
      }
    }
  }

  /** What the schemes of attention may cost the decoder. */
  @ParameterizedTest
  @CsvSource({"flash, 0.0002, 0.9995", "sage1, 0.002, 0.995", "sage2, 0.004, 0.98", "sage2pp, 0.004, 0.98",
      "sage3, 0.02, 0.9"})
  void attentionOfTheDecoderKeepsTheBars(String recipe, double nats, double same) throws IOException {
    AccuracyPage page = page();
    TextRow row = page.texts().get(recipe);
    assertEquals(page.texts().get(InterpretedSample.NONE).entropy(), row.entropy(), nats);
    assertTrue(row.same() >= same * row.characters(), row::toString);
  }

  /** Measured again, on the first passages alone: figures of a part are near those of the whole. */
  @Test
  void theDecoderReadsAsThePageSays() throws IOException {
    TextRow whole = page().texts().get("sage1");
    TextRow part = new TextAccuracy(ROOT.resolve("samples/text-decoder"), 4).measure("sage1", "sage1");
    assertEquals(512, part.characters());
    assertEquals(whole.percent(), part.percent(), 8);
    assertTrue(part.same() >= 0.99 * part.characters(), part::toString);
  }

  /** Bars that the recipes are meant to keep, of all that was measured. */
  @ParameterizedTest
  @CsvSource({"f16, 0.9999, 0.1", "tf32, 0.9999, 0.1", "bf16, 0.999, 0.5", "w8a8, 0.995, 0.5", "fp8, 0.998, 0.5",
      "mxfp8-calibrated, 0.998, 0.5", "mxfp8-mixed, 0.998, 0.5"})
  void figuresKeepTheBars(String recipe, double cosine, double points) throws IOException {
    AccuracyPage page = page();
    assertTrue(page.embeddings().get(recipe).mean() >= cosine, page.embeddings().get(recipe)::toString);
    double f32 = page.images().get(InterpretedSample.NONE).percent();
    assertTrue(page.images().get(recipe).percent() >= f32 - points, page.images().get(recipe)::toString);
  }

  /** Measured again, on the first sentences alone. */
  @ParameterizedTest
  @CsvSource({"w8a8, 0.995", "fp8, 0.998"})
  void barsHoldOnSomeSentences(String recipe, double cosine) {
    assumeTrue(
        InterpretedSample.isThere(MINILM),
        "skipped: the weights of samples/minilm are not there; build that module first");
    EmbeddingAccuracy accuracy = new EmbeddingAccuracy(MINILM, SENTENCES);
    assertEquals(SENTENCES, accuracy.count());
    EmbeddingRow row = accuracy.measure(recipe, recipe);
    assertTrue(row.mean() >= cosine, row::toString);
    assertTrue(row.least() <= row.fifth() && row.fifth() <= row.mean(), row::toString);
  }
}
