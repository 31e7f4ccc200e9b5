package nibble.emulator.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One {@code mma} or {@code wgmma} instruction: a row of the table with choices for its slots.
 *
 * @param chosen choices by slot, "" for those left out
 */
public record MatrixCase(Form form, Map<String, String> chosen, int m, int n, int k) {
  private static final Pattern SHAPE = Pattern.compile("m(\\d+)n(\\d+)k(\\d+)");
  private static final List<String> FREE = List.of("shape", "d", "a", "b", "c", "op", "vec", "scale", "sp");

  /**
   * The instructions of the table's {@code mma} rows, but those of small products of halves. Of the pairs of formats
   * that a row has, each format is once with itself and once with the next.
   */
  public static Stream<MatrixCase> all() {
    return FormTable.standard().forms().stream()
        .filter(it -> it.pattern().mnemonic().equals("mma") && !it.text().contains("m8n8k4.{row"))
        .flatMap(it -> of(it).stream());
  }

  /** Instructions of a warpgroup's rows: a narrow one, a broad one and one between. */
  static Stream<MatrixCase> ofWarpgroups() {
    return FormTable.standard().forms().stream()
        .filter(it -> it.text().startsWith("wgmma.mma"))
        .flatMap(it -> of(it).stream())
        .filter(it -> it.n() == 8 || it.n() == 48 || it.n() == 256 && it.choice("a").equals(it.choice("b")));
  }

  private static List<MatrixCase> of(Form form) {
    List<Map<String, String>> combinations = new ArrayList<>(List.of(Map.of()));
    int number = 0;
    for (Slot slot : form.pattern().slots()) {
      // Slots of one word may have the same name; they are told apart by their places.
      String key = "%02d %s".formatted(number++, slot.name());
      boolean isFree = FREE.contains(slot.name());
      List<String> choices = slot.optional() && !isFree
          ? List.of("")
          : isFree ? slot.choices() : slot.choices().subList(0, 1);
      combinations =
          combinations.stream()
              .flatMap(it -> choices.stream().map(choice -> with(it, key, choice)))
              .toList();
    }
    return combinations.stream().map(it -> new MatrixCase(form, it)).filter(MatrixCase::isNear).toList();
  }

  private boolean isNear() {
    List<String> types = form.pattern().slots().get(form.pattern().indexOf("a")).choices();
    int distance = types.indexOf(choice("b")) - types.indexOf(choice("a"));
    return distance == 0 || Math.floorMod(distance, types.size()) == 1;
  }

  private static Map<String, String> with(Map<String, String> chosen, String slot, String choice) {
    Map<String, String> more = new TreeMap<>(chosen);
    more.put(slot, choice);
    return more;
  }

  private MatrixCase(Form form, Map<String, String> chosen) {
    this(form, chosen, number(chosen, 1), number(chosen, 2), number(chosen, 3));
  }

  private static int number(Map<String, String> chosen, int group) {
    Matcher matcher = SHAPE.matcher(choice(chosen, "shape"));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(chosen.toString());
    }
    return Integer.parseInt(matcher.group(group));
  }

  private static String choice(Map<String, String> chosen, String slot) {
    return chosen.entrySet().stream()
        .filter(it -> it.getKey().substring(3).equals(slot)).map(Map.Entry::getValue).findFirst().orElse("");
  }

  public String choice(String slot) {
    return choice(chosen, slot);
  }

  public String opcode() {
    String modifiers = chosen.values().stream().filter(it -> !it.isEmpty()).map(it -> "." + it)
        .collect(Collectors.joining());
    return form.pattern().mnemonic() + modifiers;
  }

  public boolean isSparse() {
    return !choice("sp").isEmpty();
  }

  boolean isScaled() {
    return opcode().contains("block_scale");
  }

  /** Bits of an element of {@code a} or {@code b} in its register. */
  public int bits(String slot) {
    String type = choice(slot);
    return switch (type) {
      case "f64" -> 64;
      case "tf32" -> 32;
      case "f16", "bf16" -> 16;
      case "s4", "u4" -> 4;
      case "b1" -> 1;
      case "e2m1" -> choice("kind").startsWith("kind::mxf4") ? 4 : 8;
      default -> 8;
    };
  }

  /** Columns of {@code a} that are stored. */
  int storedColumns() {
    return isSparse() ? k / 2 : k;
  }

  /** Whether {@code a}, as it is stored, has 256 bits to a row, the most that a shape has. */
  boolean isWhole() {
    return storedColumns() * bits("a") == 256;
  }

  /** How many selectors of metadata there are. */
  int selectors() {
    return bits("a") >= 16 ? (isWhole() ? 2 : 4) : isWhole() ? 1 : 2;
  }

  /** Scales of a row. */
  int chunks() {
    String vector = choice("vec");
    return vector.isEmpty() ? (bits("a") == 4 ? 2 : 1) : vector.charAt(vector.length() - 2) - '0';
  }

  @Override
  public String toString() {
    return opcode();
  }
}
