package nibble.engine.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import nibble.dsl.CompileOptions;
import nibble.dsl.CompiledFile;
import nibble.dsl.Nib;
import nibble.dsl.SourceFile;
import nibble.engine.MiniLm;
import nibble.engine.file.WeightFile;
import nibble.engine.text.TextTokenizer;
import nibble.engine.text.TokenBatch;
import nibble.ir.Function;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample in the repository: its manifest, its model, real weights and the default sentences. */
class MiniLmSampleTest {
  private static double cosine(Tensor embeddings, int a, int b) {
    int width = embeddings.extents()[1];
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += embeddings.elements()[a * width + i] * embeddings.elements()[b * width + i];
    }
    return sum;
  }

  @Test
  void paraphrasesAreNearerThanOtherSentences(@TempDir Path folder) throws IOException {
    ModelArgument sample = ModelArgument.resolve(Path.of("../../samples/minilm"), ModelOptions.NONE);
    TokenizerChoice choice = sample.tokenizer().orElseThrow();
    List<String> sentences = TextLines.read(sample.inputs().text().orElseThrow());
    Path tokenizerFile = MiniLm.tokenizer(folder);
    try (WeightFile weights = WeightFile.open(MiniLm.onnx(folder));
        TextTokenizer tokenizer = TextTokenizer.open(tokenizerFile, choice.maxLength(), choice.multiple())) {
      // The compiler checks the shape of every weight against the file.
      CompiledFile model =
          Nib.compile(SourceFile.read(sample.model()), CompileOptions.standard().withCatalog(weights));
      Function entry = model.module().orElseThrow().function(sample.entry().orElseThrow()).orElseThrow();
      List<String> parameters = entry.body().arguments().stream().map(parameter -> parameter.name()).toList();
      assertEquals(List.of(choice.ids(), choice.mask().orElseThrow()), parameters);
      TokenBatch tokens = tokenizer.encode(sentences);
      Tensor embeddings = new Interpreter(Mode.EXACT, weights)
          .run(model.module().orElseThrow(), entry, List.of(tokens.ids(Formats.I32), tokens.mask(Formats.F32)))
          .getFirst();
      for (int a = 0; a < sentences.size(); a++) {
        assertEquals(1, cosine(embeddings, a, a), 1e-6);
        for (int b = 0; b < a; b++) {
          boolean paraphrase = b % 2 == 0 && a == b + 1 && a < 6;
          double similarity = cosine(embeddings, a, b);
          assertTrue(
              paraphrase ? similarity > 0.4 : similarity < 0.3,
              similarity + ": " + sentences.get(a) + " / " + sentences.get(b));
        }
      }
    }
  }

  @Test
  void theRecipesOfTheSamplesAreFound() {
    ModelArgument sample = ModelArgument.resolve(Path.of("../../samples/minilm"), ModelOptions.NONE);
    assertTrue(sample.recipeNames().containsAll(List.of("bf16", "f16", "w8a8")), sample.recipeNames().toString());
    assertTrue(sample.recipe("w8a8").isPresent());
  }
}
