package nibble.emulator.hostile;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Spoils PTX in some way or other: cuts it off, loses, doubles, swaps and replaces what it consists of. */
final class Spoiler {
  private static final List<String> NUMBERS =
      List.of(
          "0", "1", "-1", "3", "31", "32", "33", "64", "255", "256", "4096", "65535", "65536", "0x7fffffff",
          "2147483648",
          "0xffffffff", "4294967296", "-2147483648", "9223372036854775807", "18446744073709551615",
          "18446744073709551616", "99999999999999999999999", "0f7FC00000", "0fFF800000", "0d7FF0000000000000", "1e400",
          "07", "0b101", "0x", "0U", "1.5");
  private static final List<String> MARKS =
      List.of(
          ";", ",", "{", "}", "[", "]", "(", ")", "@", "!", "|", "+", "-", ":", "<", ">", ".", "%", "\"", "\\", "_");
  private static final int MOST_CHANGES = 6;
  private static final int ATTEMPTS = 20;

  private final Corpus corpus;
  private final Random random;

  Spoiler(Corpus corpus, long seed) {
    this.corpus = corpus;
    this.random = new Random(seed);
  }

  /** A spoilt text. */
  String next() {
    String text = choose(corpus.texts());
    return switch (random.nextInt(12)) {
      case 0 -> text.substring(0, random.nextInt(text.length() + 1));
      case 1 -> characters(text);
      case 2, 3 -> lines(text);
      case 4 -> splice(text, choose(corpus.texts()));
      case 5 -> kernelOf(text) + choose(MARKS);
      default -> words(text);
    };
  }

  private <T> T choose(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private int changes() {
    return 1 + random.nextInt(1 + random.nextInt(MOST_CHANGES));
  }

  private String characters(String text) {
    StringBuilder spoilt = new StringBuilder(text);
    for (int i = changes(); i > 0 && !spoilt.isEmpty(); i--) {
      int at = random.nextInt(spoilt.length());
      char other = (char) (random.nextInt(8) == 0 ? random.nextInt(0x10000) : ' ' + random.nextInt(95));
      switch (random.nextInt(3)) {
        case 0 -> spoilt.setCharAt(at, other);
        case 1 -> spoilt.deleteCharAt(at);
        default -> spoilt.insert(at, other);
      }
    }
    return spoilt.toString();
  }

  private String lines(String text) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    for (int i = changes(); i > 0 && lines.size() > 1; i--) {
      int at = random.nextInt(lines.size());
      int other = random.nextInt(lines.size());
      switch (random.nextInt(4)) {
        case 0 -> lines.remove(at);
        case 1 -> lines.add(other, lines.get(at));
        case 2 -> lines.set(at, lines.set(other, lines.get(at)));
        default -> lines.add(at, choose(choose(corpus.texts()).lines().toList()));
      }
    }
    return String.join("\n", lines);
  }

  /** The beginning of one, up to a line, and the end of another. */
  private String splice(String text, String other) {
    List<String> head = text.lines().toList();
    List<String> tail = other.lines().toList();
    List<String> both = new ArrayList<>(head.subList(0, random.nextInt(head.size() + 1)));
    both.addAll(tail.subList(random.nextInt(tail.size() + 1), tail.size()));
    return String.join("\n", both);
  }

  /** A text without its last function's end. */
  private static String kernelOf(String text) {
    return text.substring(0, text.lastIndexOf('}'));
  }

  private String words(String text) {
    List<String> words = Corpus.words(text);
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      if (!words.get(i).isBlank() && !words.get(i).startsWith("//")) {
        places.add(i);
      }
    }
    for (int i = changes(); i > 0 && !places.isEmpty(); i--) {
      int at = choose(places);
      String word = words.get(at);
      if (word.isEmpty()) {
        continue;
      }
      boolean isNumber = Character.isDigit(word.charAt(0));
      words.set(at, isNumber && random.nextBoolean() ? choose(NUMBERS) : spoil(word, alike(word, words, places)));
    }
    return String.join("", words);
  }

  /** A word of the text, if possible one that begins like another. */
  private String alike(String word, List<String> words, List<Integer> places) {
    String other = words.get(choose(places));
    for (int i = 0; i < ATTEMPTS && (other.isEmpty() || other.charAt(0) != word.charAt(0)); i++) {
      other = words.get(choose(places));
    }
    return other;
  }

  private String spoil(String word, String other) {
    return switch (random.nextInt(9)) {
      case 0 -> "";
      case 1 -> word + " " + word;
      case 2 -> choose(NUMBERS);
      case 3 -> choose(MARKS);
      case 4 -> choose(corpus.words());
      case 5 -> modifiers(word);
      default -> other;
    };
  }

  /** An opcode with one of its modifiers lost, doubled or replaced; other words as they are. */
  private String modifiers(String word) {
    List<String> parts = new ArrayList<>(List.of(word.split("\\.")));
    if (parts.size() < 2) {
      return word;
    }
    int at = random.nextInt(parts.size());
    switch (random.nextInt(3)) {
      case 0 -> parts.remove(at);
      case 1 -> parts.add(at, parts.get(at));
      default -> {
        String[] others = choose(corpus.words()).split("\\.");
        parts.set(at, others.length == 0 ? "" : others[random.nextInt(others.length)]);
      }
    }
    return String.join(".", parts);
  }
}
