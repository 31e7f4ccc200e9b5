package nibble.ir;

import java.util.HashSet;
import java.util.Set;

/** A supply of value names, unique in one function: numbers, besides the names that are claimed. */
public final class Names {
  private final Set<String> taken = new HashSet<>();
  private int next;

  public Names() {}

  /** A supply that avoids all names of a function. */
  public static Names after(Function function) {
    return after(function.body());
  }

  /** A supply that avoids all names in a block. */
  public static Names after(Block block) {
    Names names = new Names();
    names.take(block);
    return names;
  }

  /**
   * Whether the text form can write it behind a percent or at sign: letters, digits, {@code _}, {@code .} and
   * {@code -}.
   */
  public static boolean isName(String name) {
    return !name.isEmpty() && name.chars().allMatch(c -> isNamePart((char) c));
  }

  /** Whether the text form can write it alone: letters, digits and {@code _}, with no digit at the start. */
  public static boolean isWord(String name) {
    return !name.isEmpty() && isWordStart(name.charAt(0)) && name.chars().allMatch(c -> isWordPart((char) c));
  }

  /** Whether a word may start with that. */
  public static boolean isWordStart(char c) {
    return Character.isLetter(c) || c == '_';
  }

  /** Whether a word may go on with that. */
  public static boolean isWordPart(char c) {
    return isWordStart(c) || (c >= '0' && c <= '9');
  }

  /** Whether a name may contain that. */
  public static boolean isNamePart(char c) {
    return isWordPart(c) || c == '.' || c == '-';
  }

  private void take(Block block) {
    block.arguments().forEach(value -> taken.add(value.name()));
    for (Operation operation : block.operations()) {
      operation.results().forEach(value -> taken.add(value.name()));
      operation.regions().forEach(this::take);
    }
  }

  /** The next free number. */
  public String next() {
    while (!taken.add(Integer.toString(next))) {
      next++;
    }
    return Integer.toString(next++);
  }

  /** The name itself where it is free, the name with a number behind it where it is not. */
  public String claim(String name) {
    String candidate = name;
    for (int i = 1; !taken.add(candidate); i++) {
      candidate = name + "." + i;
    }
    return candidate;
  }
}
