package nibble.codegen.layout;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The text form of layouts:
 *
 * <pre>
 * layout     := "{" input ("," input)* "}" "->" "{" output ("," output)* "}"
 * input      := name ":" "[" coordinates ("," coordinates)* "]"
 * coordinates:= "[" number ("," number)* "]"
 * output     := name ":" size
 * </pre>
 *
 * Every list may be empty. White space is free.
 */
final class LayoutText {
  private final String text;
  private int position;

  LayoutText(String text) {
    this.text = text;
  }

  static String print(LinearLayout layout) {
    String inputs = layout.bases().entrySet().stream()
        .map(entry -> entry.getKey() + ": "
            + entry.getValue().stream().map(Arrays::toString).collect(joining(", ", "[", "]")))
        .collect(joining(", ", "{", "}"));
    String outputs = layout.outputs().stream().map(Dimension::toString).collect(joining(", ", "{", "}"));
    return inputs + " -> " + outputs;
  }

  LinearLayout parse() {
    Map<String, List<int[]>> bases = new LinkedHashMap<>();
    list("{", "}", () -> {
      String name = name();
      expect(":");
      List<int[]> images = new ArrayList<>();
      list("[", "]", () -> images.add(coordinates()));
      if (bases.put(name, images) != null) {
        throw error("a second input " + name);
      }
    });
    expect("->");
    ImmutableList.Builder<Dimension> outputs = ImmutableList.builder();
    list("{", "}", () -> {
      String name = name();
      expect(":");
      outputs.add(Dimension.ofSize(name, number()));
    });
    if (!rest().isEmpty()) {
      throw error("the end of the layout was expected");
    }
    return LinearLayout.of(bases, outputs.build());
  }

  private int[] coordinates() {
    List<Integer> numbers = new ArrayList<>();
    list("[", "]", () -> numbers.add(number()));
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  private void list(String open, String close, Runnable element) {
    expect(open);
    if (!accept(close)) {
      do {
        element.run();
      } while (accept(","));
      expect(close);
    }
  }

  private String name() {
    String word = word();
    if (word.isEmpty() || Character.isDigit(word.charAt(0))) {
      throw error("a name was expected");
    }
    position += word.length();
    return word;
  }

  private int number() {
    String word = word();
    if (word.isEmpty() || word.length() > 9 || !word.chars().allMatch(Character::isDigit)) {
      throw error("a number was expected");
    }
    position += word.length();
    return Integer.parseInt(word);
  }

  private String word() {
    String rest = rest();
    int end = 0;
    while (end < rest.length() && (Character.isLetterOrDigit(rest.charAt(end)) || rest.charAt(end) == '_')) {
      end++;
    }
    return rest.substring(0, end);
  }

  private boolean accept(String token) {
    if (rest().startsWith(token)) {
      position += token.length();
      return true;
    }
    return false;
  }

  private void expect(String token) {
    if (!accept(token)) {
      throw error("'" + token + "' was expected");
    }
  }

  private String rest() {
    while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
      position++;
    }
    return text.substring(position);
  }

  private IllegalArgumentException error(String cause) {
    return new IllegalArgumentException(cause + " at column " + (position + 1) + " of " + text);
  }
}
