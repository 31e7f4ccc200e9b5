package nibble.engine.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A WordPiece tokenizer in a few lines, for comparison: lower case, no accents, words and marks, longest match first.
 */
record WordPiece(Map<String, Integer> vocabulary) {
  static WordPiece read(Path tokenizer) throws IOException {
    JsonNode words = new ObjectMapper().readTree(tokenizer.toFile()).path("model").path("vocab");
    Map<String, Integer> vocabulary = new HashMap<>();
    words.properties().forEach(word -> vocabulary.put(word.getKey(), word.getValue().asInt()));
    return new WordPiece(vocabulary);
  }

  List<Integer> encode(String text) {
    String plain = Normalizer.normalize(text.toLowerCase(Locale.ROOT), Normalizer.Form.NFD).replaceAll("\\p{Mn}", "");
    List<Integer> ids = new ArrayList<>(List.of(vocabulary.get("[CLS]")));
    for (String word : plain.replaceAll("(\\p{Punct}|\\p{IsPunctuation})", " $1 ").strip().split("\\s+")) {
      ids.addAll(pieces(word));
    }
    ids.add(vocabulary.get("[SEP]"));
    return ids;
  }

  private List<Integer> pieces(String word) {
    List<Integer> pieces = new ArrayList<>();
    for (int start = 0; start < word.length();) {
      int end = word.length();
      while (end > start && !vocabulary.containsKey(piece(word, start, end))) {
        end--;
      }
      if (end == start) {
        return List.of(vocabulary.get("[UNK]"));
      }
      pieces.add(vocabulary.get(piece(word, start, end)));
      start = end;
    }
    return pieces;
  }

  private static String piece(String word, int start, int end) {
    return (start > 0 ? "##" : "") + word.substring(start, end);
  }
}
