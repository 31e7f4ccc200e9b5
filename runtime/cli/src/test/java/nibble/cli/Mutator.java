package nibble.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Damages texts: characters, words, lines, numbers, brackets; pieces of other texts come in.
 *
 * @param random decides
 * @param donors texts that pieces come from
 * @param numbers whether numbers may change; a text whose sizes grow may be sound and take very long
 */
record Mutator(Random random, List<String> donors, boolean numbers) {
  private static final Pattern WORD = Pattern.compile("[A-Za-z_%@.][\\w.]*");
  private static final Pattern NUMBER = Pattern.compile("\\d+");
  private static final List<String> EXTREMES = List.of(
      "0", "1", "-1", "7", "255", "65536", "2147483647", "2147483648", "4294967296", "9223372036854775807",
      "9223372036854775808", "99999999999999999999", "1e400", "0x", "00", "1.5");
  private static final String MARKS = "(){}[]<>,:;=+-*/%@.\"'\\!?&|~^$#\n\t \u0000\u00e4\u2028";
  private static final int DEEP = 3000;

  /** The text after one to three changes. */
  String mutate(String text) {
    String changed = text;
    for (int i = random.nextInt(3); i >= 0; i--) {
      changed = once(changed);
    }
    return changed;
  }

  private String once(String text) {
    if (text.isEmpty()) {
      return String.valueOf(mark());
    }
    int from = random.nextInt(text.length());
    int to = Math.min(text.length(), from + 1 + random.nextInt(12));
    return switch (random.nextInt(12)) {
      case 0 -> text.substring(0, from) + text.substring(to);
      case 1 -> inserted(text, from, String.valueOf(mark()));
      case 2 -> text.substring(0, from) + mark() + text.substring(from + 1);
      case 3 -> text.substring(0, to) + text.substring(from);
      case 4 -> withLines(text, false);
      case 5 -> withLines(text, true);
      case 6 -> replaced(text, WORD, any(donor(), WORD));
      case 7 -> replaced(text, WORD, any(text, WORD));
      case 8 -> numbers
          ? replaced(text, NUMBER, EXTREMES.get(random.nextInt(EXTREMES.size()))) : text.substring(0, from);
      case 9 -> inserted(text, from, donor().lines().skip(random.nextInt(8)).findFirst().orElse(""));
      case 10 -> random.nextInt(8) == 0
          ? inserted(text, from, String.valueOf(mark()).repeat(DEEP)) : text.substring(0, from);
      default -> replaced(text, WORD, any(text, WORD).repeat(2));
    };
  }

  private static String inserted(String text, int at, String more) {
    return text.substring(0, at) + more + text.substring(at);
  }

  private char mark() {
    return MARKS.charAt(random.nextInt(MARKS.length()));
  }

  private String donor() {
    return donors.get(random.nextInt(donors.size()));
  }

  /** Without one line, or with two of them swapped. */
  private String withLines(String text, boolean swapped) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    if (lines.isEmpty()) {
      return text;
    }
    int line = random.nextInt(lines.size());
    String taken = lines.remove(line);
    if (swapped) {
      lines.add(random.nextInt(lines.size() + 1), taken);
    }
    return String.join("\n", lines) + "\n";
  }

  private String any(String text, Pattern pattern) {
    List<MatchResult> found = pattern.matcher(text).results().toList();
    return found.isEmpty() ? "" : found.get(random.nextInt(found.size())).group();
  }

  private String replaced(String text, Pattern pattern, String by) {
    List<MatchResult> found = pattern.matcher(text).results().toList();
    if (found.isEmpty()) {
      return text + by;
    }
    MatchResult at = found.get(random.nextInt(found.size()));
    return text.substring(0, at.start()) + by + text.substring(at.end());
  }
}
