package nibble.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An instruction, and rows of operands with the results that they give.
 *
 * <pre>
 * add.s32 d:b32, a:b32, b:b32          target sm_90a unless another is named:  [sm_120a] add...
 *   0x7fffffff 1 -> 0x80000000
 * </pre>
 *
 * <p>An operand {@code name:type} is a register; {@code d}, {@code e}, {@code p} and {@code q} are results, {@code t}
 * and {@code u} temporaries, the others are operands. Each row is a lane; the rows are repeated to fill a warp. The
 * instruction is executed under a guard that three lanes fail, and the results of those must stay as they were.
 * Values are integers, or numbers with {@code f}, {@code d}, {@code h} or {@code b} behind them for f32, f64, f16 and
 * bf16; {@code nan} and {@code inf} take these, too.
 */
record SemanticsCase(int line, String instruction, List<String> rows) {
  private static final Pattern OPERAND = Pattern.compile("\\b(\\w+):(pred|[busf]\\d+)\\b");
  private static final Pattern TARGET = Pattern.compile("^\\[(sm_\\w+)] *");
  private static final int LANES = 32;
  private static final long UNTOUCHED = 0x5A5A5A5A5A5A5A5AL;

  /** Results by lane. */
  record Results(List<Map<String, Long>> lanes) {
    String of(int row) {
      return show(lanes.get(row));
    }
  }

  private static String show(Map<String, Long> results) {
    return results.entrySet().stream()
        .map(it -> it.getKey() + "=0x" + Long.toHexString(it.getValue()))
        .collect(Collectors.joining(" "));
  }

  private Map<String, String> registers() {
    Map<String, String> registers = new LinkedHashMap<>();
    Matcher matcher = OPERAND.matcher(instruction);
    while (matcher.find()) {
      registers.putIfAbsent(matcher.group(1), matcher.group(2));
    }
    return registers;
  }

  private static boolean isResult(String name) {
    return name.matches("[depq]\\d?");
  }

  private static boolean isTemporary(String name) {
    return name.matches("[tu]\\d?");
  }

  private List<String> operands() {
    return registers().keySet().stream().filter(it -> !isResult(it) && !isTemporary(it)).toList();
  }

  private List<String> results() {
    return registers().keySet().stream().filter(SemanticsCase::isResult).toList();
  }

  /** The results that a row promises. */
  String expected(int row) {
    String[] sides = rows.get(row).split("->");
    String[] values = sides[1].strip().split("\\s+");
    assertEquals(results().size(), values.length, "results in: " + rows.get(row));
    Map<String, Long> expected = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      expected.put(results().get(i), cut(parse(values[i]), registers().get(results().get(i))));
    }
    return show(expected);
  }

  String describe(int row) {
    return "line " + line + ": " + instruction + " : " + rows.get(row);
  }

  Results run() {
    Matcher target = TARGET.matcher(instruction);
    String sm = target.find() ? target.group(1) : "sm_90a";
    List<String> operands = operands();
    List<String> results = results();
    long[] inputs = new long[operands.size() * LANES];
    for (int lane = 0; lane < LANES; lane++) {
      String row = rows.get(lane % rows.size());
      String[] values = row.split("->")[0].strip().split("\\s+");
      for (int i = 0; i < operands.size(); i++) {
        inputs[i * LANES + lane] = parse(values[i]);
      }
    }
    long[] before = new long[results.size() * LANES];
    Arrays.fill(before, UNTOUCHED);
    KernelRun.Outcome outcome =
        KernelRun.of(KernelRun.module(sm, "9.0", ".param .u64 in, .param .u64 out", body()))
            .longs("in", inputs.length == 0 ? new long[1] : inputs)
            .longs("out", before)
            .run();
    long[] after = outcome.longs("out");
    List<Map<String, Long>> lanes = new ArrayList<>();
    for (int lane = 0; lane < LANES; lane++) {
      Map<String, Long> values = new LinkedHashMap<>();
      for (int i = 0; i < results.size(); i++) {
        values.put(results.get(i), cut(after[i * LANES + lane], registers().get(results.get(i))));
      }
      if (isGuarded(lane)) {
        lanes.add(values);
      } else {
        values.forEach(
            (name, value) ->
                assertEquals(cut(UNTOUCHED, registers().get(name)), value, "an idle lane's " + name + " changed"));
      }
    }
    return new Results(byRow(lanes));
  }

  private List<Map<String, Long>> byRow(List<Map<String, Long>> ran) {
    List<Map<String, Long>> byRow = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      Map<String, Long> found = null;
      int index = 0;
      for (int lane = 0; lane < LANES; lane++) {
        if (isGuarded(lane)) {
          if (lane % rows.size() == row) {
            found = ran.get(index);
          }
          index++;
        }
      }
      if (found == null) {
        throw new IllegalStateException("no lane ran row " + row + " of " + instruction);
      }
      byRow.add(found);
    }
    return byRow;
  }

  /** Warp-wide instructions are executed by all lanes. */
  private boolean isGuarded(int lane) {
    return instruction.contains(".sync") || instruction.contains("activemask") || lane != 5 && lane != 18 && lane != 30;
  }

  private String body() {
    Map<String, String> registers = registers();
    StringBuilder text = new StringBuilder();
    text.append(".reg .pred %g; .reg .b64 %in, %out, %offset; .reg .b32 %lane, %word;\n");
    registers.forEach((name, type) -> text.append(".reg .%s %%%s;\n".formatted(type, name)));
    text.append("ld.param.u64 %in, [in];\nld.param.u64 %out, [out];\n");
    text.append("mov.u32 %lane, %tid.x;\nmul.wide.u32 %offset, %lane, 8;\n");
    text.append("add.s64 %in, %in, %offset;\nadd.s64 %out, %out, %offset;\n");
    List<String> operands = operands();
    for (int i = 0; i < operands.size(); i++) {
      load(text, operands.get(i), "%in+" + i * LANES * 8);
    }
    List<String> results = results();
    for (int i = 0; i < results.size(); i++) {
      load(text, results.get(i), "%out+" + i * LANES * 8);
    }
    int active = 0;
    for (int lane = 0; lane < LANES; lane++) {
      active |= isGuarded(lane) ? 1 << lane : 0;
    }
    text.append(
        "shr.u32 %%word, %d, %%lane;\nand.b32 %%word, %%word, 1;\nsetp.ne.u32 %%g, %%word, 0;\n".formatted(active));
    String statements = OPERAND.matcher(TARGET.matcher(instruction).replaceFirst("")).replaceAll("%$1");
    for (String statement : statements.split(";")) {
      text.append("@%g ").append(statement.strip()).append(";\n");
    }
    for (int i = 0; i < results.size(); i++) {
      store(text, results.get(i), "%out+" + i * LANES * 8);
    }
    return text.append("ret;").toString();
  }

  private void load(StringBuilder text, String name, String place) {
    String type = registers().get(name);
    if (type.equals("pred")) {
      text.append("ld.global.b32 %%word, [%s];\nand.b32 %%word, %%word, 1;\nsetp.ne.u32 %%%s, %%word, 0;\n".formatted(
          place, name));
    } else {
      text.append("ld.global.b%s %%%s, [%s];\n".formatted(type.substring(1), name, place));
    }
  }

  private void store(StringBuilder text, String name, String place) {
    String type = registers().get(name);
    if (type.equals("pred")) {
      text.append("selp.u32 %%word, 1, 0, %%%s;\nst.global.b32 [%s], %%word;\n".formatted(name, place));
    } else {
      text.append("st.global.b%s [%s], %%%s;\n".formatted(type.substring(1), place, name));
    }
  }

  private static long cut(long value, String type) {
    if (type.equals("pred")) {
      return value & 1;
    }
    int bits = Integer.parseInt(type.substring(1));
    return bits == 64 ? value : value & (1L << bits) - 1;
  }

  static long parse(String text) {
    if (text.startsWith("0x")) {
      return Long.parseUnsignedLong(text.substring(2), 16);
    }
    if (text.matches("-?\\d+")) {
      return text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
    }
    char kind = text.charAt(text.length() - 1);
    String number = text.substring(0, text.length() - 1);
    double value =
        switch (number) {
          case "nan" -> Double.NaN;
          case "inf" -> Double.POSITIVE_INFINITY;
          case "-inf" -> Double.NEGATIVE_INFINITY;
          default -> Double.parseDouble(number);
        };
    return switch (kind) {
      case 'f' -> Double.isNaN(value) ? 0x7fffffffL : Float.floatToRawIntBits(kindOfFloat(number, value));
      case 'd' -> Double.doubleToRawLongBits(value);
      case 'h' -> Double.isNaN(value) ? 0x7fff : Float.floatToFloat16((float) value) & 0xffff;
      case 'b' -> Double.isNaN(value) ? 0x7fff : Float.floatToRawIntBits((float) value) >>> 16;
      default -> throw new IllegalArgumentException(text);
    };
  }

  /** Decimals are rounded once. */
  private static float kindOfFloat(String number, double value) {
    return Double.isFinite(value) ? Float.parseFloat(number) : (float) value;
  }
}
