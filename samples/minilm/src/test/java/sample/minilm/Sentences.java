package sample.minilm;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.engine.sample.TextLines;
import nibble.engine.text.TextTokenizer;
import nibble.engine.text.TokenBatch;

/** The example sentences as batches: those that are padded to the same length together, at most so many at a time. */
final class Sentences {
  private Sentences() {}

  static ImmutableList<String> all() {
    return TextLines.read(Encoder.FOLDER.resolve("sentences.txt"));
  }

  static ImmutableList<TokenBatch> batches(List<String> sentences, int most) {
    try (TextTokenizer tokenizer = Encoder.sample().tokenizer().orElseThrow().open()) {
      return tokenizer.batches(sentences, most);
    }
  }
}
