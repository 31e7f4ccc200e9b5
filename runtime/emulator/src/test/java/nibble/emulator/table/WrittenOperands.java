package nibble.emulator.table;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Operands that {@code samples.txt} has for a row.
 *
 * @param results those of them that are written
 */
record WrittenOperands(List<String> operands, List<String> results) {
  private static final Pattern RESULT = Pattern.compile("=(%\\w+)");
  private static final List<String> LINES = lines();

  private static List<String> lines() {
    try (InputStream stream = WrittenOperands.class.getResourceAsStream("samples.txt")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .lines().filter(it -> !it.startsWith("#") && !it.isBlank()).toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /**
   * The operands of a sample, if there are any written for its row.
   *
   * @param chosen the modifiers, one for each slot
   * @param number of the sample among those of its row
   */
  static Optional<WrittenOperands> of(Form form, List<String> chosen, int number) {
    return LINES.stream()
        .map(it -> it.split(" : ", 2))
        .filter(it -> form.text().startsWith(it[0].strip()))
        .findFirst()
        .map(it -> write(form, chosen, number, it[1]));
  }

  private static WrittenOperands write(Form form, List<String> chosen, int number, String line) {
    List<String> operands = new ArrayList<>();
    List<String> results = new ArrayList<>();
    for (String operand : line.split(" ; ")) {
      String template = operand.strip();
      int mark = template.indexOf('?');
      String slot = mark < 0 ? "" : template.substring(mark + 1);
      if (slot.isEmpty() || !choice(form, chosen, slot).isEmpty()) {
        Matcher result = RESULT.matcher(template);
        while (result.find()) {
          results.add(result.group(1));
        }
        String plain = mark < 0 ? template : template.substring(0, mark);
        if (plain.equals("<state>") && !chosen.contains("shared::cluster")) {
          results.add("%rd0");
        }
        operands.add(fill(form, chosen, plain.replace("=", ""), number));
      }
    }
    // Where a row with an optional operand has fewer kinds than the line, the last ones are for another row.
    int most = form.operands().size();
    return new WrittenOperands(operands.size() > most ? operands.subList(0, most) : operands, results);
  }

  private static String choice(Form form, List<String> chosen, String slot) {
    int index = form.pattern().indexOf(slot);
    return index < 0 ? "" : chosen.get(index);
  }

  private static String fill(Form form, List<String> chosen, String operand, int number) {
    String space = choice(form, chosen, "space");
    String type = choice(form, chosen, "type");
    return switch (operand) {
      case "<bar>" -> space.isEmpty() ? "[%gbar]" : "[bar]";
      case "<bars>" -> "[" + (space.isEmpty() ? "%bars" : "%manyBars") + "+" + 256 * number + "]";
      case "<place>" -> space.isEmpty() ? "[%s]" : "[%place]";
      case "<tile>" -> space.isEmpty() ? "[%s]" : "[tile]";
      case "<mapMemory>" -> space.equals("shared::cta") ? "[tile+4096]" : "[%map5]";
      case "<mapAddress>" -> chosen.contains("param") ? "[n]" : chosen.contains("const") ? "[table]" : "[%map1]";
      case "<state>" -> chosen.contains("shared::cluster") ? "_" : "%rd0";
      case "<mapResult>" -> type.equals("u64") ? "%rd0" : "%r0";
      case "<mapSource>" -> type.equals("u64") ? "%rd20" : "%r20";
      case "<map>" -> map(chosen);
      case "<vector>" -> vector(type, chosen);
      default -> operand;
    };
  }

  private static String map(List<String> chosen) {
    int rank = chosen.stream().filter(it -> it.matches("[1-5]d")).findFirst().orElseThrow().charAt(0) - '0';
    List<String> coordinates = List.of("%zero", "%lane", "%zero", "%one32", "%zero").subList(0, rank);
    return "[%map" + rank + ", {" + String.join(", ", coordinates) + "}]";
  }

  private static String vector(String type, List<String> chosen) {
    String bank = type.endsWith("64") ? "%rd" : "%r";
    int count = chosen.contains("v4") ? 4 : chosen.contains("v2") ? 2 : 1;
    List<String> registers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      registers.add(bank + (20 + i));
    }
    return count == 1 ? registers.get(0) : "{" + String.join(", ", registers) + "}";
  }
}
