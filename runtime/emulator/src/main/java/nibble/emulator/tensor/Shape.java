package nibble.emulator.tensor;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rows and columns of the result of a matrix instruction, and the length of its dot products. */
public record Shape(int m, int n, int k) {
  private static final Pattern NAME = Pattern.compile("m(\\d+)n(\\d+)k(\\d+)");

  /** Reads {@code m16n8k16}. */
  public static Shape of(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(name);
    }
    return new Shape(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }
}
