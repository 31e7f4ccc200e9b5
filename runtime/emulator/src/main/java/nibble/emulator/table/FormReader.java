package nibble.emulator.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import nibble.emulator.model.Version;

/**
 * Reads the table's files. A row is one line:
 *
 * <pre>
 * let cmp = eq ne lt le gt ge
 * setp.&lt;cmp&gt;.s32     : dp s32 s32  -> IntegerCompare.{cmp}
 * add.{u32,s32}     : d32 s32 s32 -> IntegerArithmetic.add
 * ex2.approx.ftz?.f32 : d32 s32   -> FloatFunctions.ex2(ftz) ; approximate "2 ulp"
 * cvt.rna.tf32.f32  : d32 s32     -> Convert.tf32 ; needs sm_80 7.0
 * cvt.rn.f16x2.e4m3x2 : d32 s16   -> Convert.fp8 ; needs sm_89 8.1 or sm_90 7.8
 * </pre>
 *
 * <p>A vocabulary may hold another, {@code <byte>}, and numbers with the same step, {@code n(8..256/8)k}. A line {@code
 * modifier a b needs sm_90 7.8} says where modifiers are legal, in whatever form, and one {@code modifier mnemonic.a}
 * where several are that stand in one opcode. A line {@code refuse tex .im2col "reason"} says why there are no rows for
 * instructions or modifiers that PTX has.
 *
 * <p>A slot is a word, alternatives in braces, or {@code <name>} of a vocabulary declared by {@code let};
 * {@code <name=vocabulary>} and {@code <name=a|b>} name it otherwise; {@code ?} makes it optional, and {@code &} before
 * it says that it stands where the slot before it does, and only there. A {@code ~} before the form takes its modifiers
 * in any order. An instruction that {@code waits} may make its path wait for others.
 */
final class FormReader {
  private static final java.util.regex.Pattern RANGE =
      java.util.regex.Pattern.compile("(.*)\\((\\d+)\\.\\.(\\d+)/(\\d+)\\)(.*)");

  private final Map<String, List<String>> vocabularies = new HashMap<>();
  private final List<Form> forms = new ArrayList<>();
  private final Map<List<String>, Requirement> modifiers = new LinkedHashMap<>();
  private final Map<String, String> refusals = new LinkedHashMap<>();

  List<Form> forms() {
    return forms;
  }

  /** What modifiers ask for that stand in one opcode. */
  Map<List<String>, Requirement> modifiers() {
    return modifiers;
  }

  /** Why instructions, or modifiers with a dot before them, are not there. */
  Map<String, String> refusals() {
    return refusals;
  }

  void read(String group, String text) {
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      String row = line.strip();
      if (!row.isEmpty() && !row.startsWith("#")) {
        try {
          row(group, row);
        } catch (RuntimeException mistake) {
          throw new IllegalStateException(group + ".forms:" + number + ": " + row, mistake);
        }
      }
    }
  }

  private void row(String group, String row) {
    if (row.startsWith("let ")) {
      String[] sides = row.substring(4).split("=", 2);
      vocabularies.put(sides[0].strip(), words(sides[1]).stream().flatMap(this::expand).toList());
      return;
    }
    if (row.startsWith("modifier ")) {
      String[] sides = row.substring(9).split(" needs ", 2);
      words(sides[0]).forEach(it -> modifiers.put(List.of(it.split("\\.")), requirement(words(sides[1]))));
      return;
    }
    if (row.startsWith("refuse ")) {
      String[] sides = row.substring(7).split("\"");
      words(sides[0]).forEach(name -> refusals.put(name, sides[1]));
      return;
    }
    List<String> parts = Arrays.stream(row.split(" ; ")).map(String::strip).toList();
    String main = parts.get(0);
    int colon = main.indexOf(" : ");
    int arrow = main.indexOf("->");
    Requirement requirement = Requirement.NONE;
    boolean waits = false;
    Fidelity fidelity = Fidelity.EXACT;
    String bound = "";
    for (String option : parts.subList(1, parts.size())) {
      if (option.startsWith("needs ")) {
        requirement = requirement(words(option.substring(6)));
      } else if (option.equals("waits")) {
        waits = true;
      } else {
        int quote = option.indexOf('"');
        fidelity = Fidelity.valueOf(option.substring(0, quote).strip().toUpperCase(Locale.ROOT));
        bound = option.substring(quote + 1, option.length() - 1);
      }
    }
    forms.add(
        new Form(
            forms.size(),
            group,
            pattern(main.substring(0, colon).strip()),
            words(main.substring(colon + 3, arrow)),
            action(main.substring(arrow + 2).strip()),
            requirement,
            waits,
            fidelity,
            bound));
  }

  private Stream<String> expand(String word) {
    Matcher range = RANGE.matcher(word);
    if (range.matches()) {
      int step = Integer.parseInt(range.group(4));
      return IntStream.iterate(Integer.parseInt(range.group(2)), it -> it + step)
          .takeWhile(it -> it <= Integer.parseInt(range.group(3)))
          .mapToObj(it -> range.group(1) + it + range.group(5));
    }
    return word.startsWith("<") ? vocabularies.get(inside(word)).stream() : Stream.of(word);
  }

  private static List<String> words(String text) {
    String stripped = text.strip();
    return stripped.isEmpty() ? List.of() : List.of(stripped.split("\\s+"));
  }

  private static Requirement requirement(List<String> words) {
    int or = words.indexOf("or");
    if (or >= 0) {
      Requirement first = requirement(words.subList(0, or));
      Requirement rest = requirement(words.subList(or + 1, words.size()));
      return new Requirement(first.architecture(), first.version(), first.only(), first.end(), Optional.of(rest));
    }
    int before = words.indexOf("before");
    Optional<Requirement.End> end = Optional.empty();
    if (before >= 0) {
      Requirement last = requirement(words.subList(before + 1, words.size()));
      end = Optional.of(new Requirement.End(last.architecture(), last.version()));
    }
    int architecture = 0;
    Version version = Requirement.NONE.version();
    List<String> only = new ArrayList<>();
    for (String word : before < 0 ? words : words.subList(0, before)) {
      if (!word.startsWith("sm_")) {
        version = Version.of(word).orElseThrow();
      } else if (Character.isDigit(word.charAt(word.length() - 1))) {
        architecture = Integer.parseInt(word.substring(3));
      } else {
        only.add(word);
      }
    }
    return new Requirement(architecture, version, only, end, Optional.empty());
  }

  private static Form.Action action(String text) {
    int open = text.indexOf('(');
    return open < 0
        ? new Form.Action(text, List.of())
        : new Form.Action(
            text.substring(0, open), words(text.substring(open + 1, text.length() - 1).replace(',', ' ')));
  }

  private Pattern pattern(String text) {
    boolean anyOrder = text.startsWith("~");
    List<String> parts = splitAtDots(anyOrder ? text.substring(1) : text);
    List<Slot> slots = parts.subList(1, parts.size()).stream().map(this::slot).toList();
    return new Pattern(parts.get(0), slots, anyOrder);
  }

  private Slot slot(String text) {
    boolean linked = text.startsWith("&");
    boolean optional = text.endsWith("?");
    String body = text.substring(linked ? 1 : 0, text.length() - (optional ? 1 : 0));
    Slot slot =
        switch (body.charAt(0)) {
          case '{' -> new Slot(inside(body), List.of(inside(body).split(",")), optional, false);
          case '<' -> named(inside(body), optional);
          default -> new Slot(body, List.of(body), optional, false);
        };
    return linked ? new Slot(slot.name(), slot.choices(), true, true) : slot;
  }

  private static String inside(String brackets) {
    return brackets.substring(1, brackets.length() - 1);
  }

  private Slot named(String text, boolean optional) {
    int equals = text.indexOf('=');
    String name = equals < 0 ? text : text.substring(0, equals);
    String choices = equals < 0 ? text : text.substring(equals + 1);
    List<String> vocabulary = vocabularies.get(choices);
    if (vocabulary == null && equals < 0) {
      throw new IllegalStateException("no vocabulary " + text);
    }
    return new Slot(name, vocabulary != null ? vocabulary : List.of(choices.split("\\|")), optional, false);
  }

  /** Splits at dots that stand outside of braces. */
  private static List<String> splitAtDots(String text) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i == text.length() ? '.' : text.charAt(i);
      depth += c == '{' || c == '<' ? 1 : c == '}' || c == '>' ? -1 : 0;
      if (c == '.' && depth == 0) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    return parts;
  }
}
