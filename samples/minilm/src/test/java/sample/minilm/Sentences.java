package sample.minilm;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
    Map<Integer, List<String>> byLength = new TreeMap<>();
    ImmutableList.Builder<TokenBatch> batches = ImmutableList.builder();
    try (TextTokenizer tokenizer = Encoder.sample().tokenizer().orElseThrow().open()) {
      for (String sentence : sentences) {
        int length = tokenizer.encode(List.of(sentence)).columns();
        byLength.computeIfAbsent(length, columns -> new ArrayList<>()).add(sentence);
      }
      for (List<String> equal : byLength.values()) {
        for (int from = 0; from < equal.size(); from += most) {
          batches.add(tokenizer.encode(equal.subList(from, Math.min(from + most, equal.size()))));
        }
      }
    }
    return batches.build();
  }
}
