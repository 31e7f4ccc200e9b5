package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkState;
import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import nibble.codegen.target.Requirement;
import nibble.ir.diagnostic.Suggestion;

/** The table of instructions, {@code instructions.txt} beside this class, which tells its format. */
public final class InstructionTable {
  private static final Pattern COLUMNS = Pattern.compile("\\s+\\| ?");
  private static final Pattern NAME = Pattern.compile("\\$(\\w+)");
  private static final Requirement ANY = Requirement.parse("sm_80+");
  private static final ImmutableListMultimap<String, InstructionForm> FORMS = load();

  private InstructionTable() {}

  /** All forms, in the order of the table. */
  public static ImmutableList<InstructionForm> all() {
    return FORMS.values().asList();
  }

  /**
   * The forms of a mnemonic. Throws {@code IllegalArgumentException} with those that come close where there is none.
   */
  public static ImmutableList<InstructionForm> forms(String mnemonic) {
    ImmutableList<InstructionForm> forms = FORMS.get(mnemonic);
    if (forms.isEmpty()) {
      throw new IllegalArgumentException(
          "no instruction " + mnemonic + " in the table"
              + Suggestion.didYouMean(mnemonic, FORMS.keySet()).map(hint -> "; " + hint).orElse(""));
    }
    return forms;
  }

  private static ImmutableListMultimap<String, InstructionForm> load() {
    URL resource = InstructionTable.class.getResource("instructions.txt");
    checkState(resource != null, "instructions.txt is not on the class path");
    try (var stream = resource.openStream()) {
      return read(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ImmutableListMultimap<String, InstructionForm> read(String text) {
    ImmutableListMultimap.Builder<String, InstructionForm> forms = ImmutableListMultimap.builder();
    Map<String, String> lists = new HashMap<>();
    for (String line : text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList()) {
      String resolved = NAME.matcher(line).replaceAll(match -> {
        checkState(lists.containsKey(match.group(1)), "%s is not defined: %s", match.group(), line);
        return lists.get(match.group(1));
      });
      if (resolved.startsWith("let ")) {
        int equals = resolved.indexOf('=');
        lists.put(resolved.substring("let ".length(), equals).trim(), resolved.substring(equals + 1).trim());
      } else {
        row(resolved).forEach(form -> forms.put(form.mnemonic(), form));
      }
    }
    return forms.build();
  }

  private static List<InstructionForm> row(String line) {
    String[] columns = COLUMNS.split(line.trim());
    checkState(columns.length == 5, "not five columns: %s", line);
    List<String> operands = Arrays.stream(columns[1].trim().split("\\s+")).toList();
    int arrow = operands.indexOf("<-");
    checkState(arrow >= 0, "no <- in %s", line);
    Effect effect = Effect.valueOf(columns[2].trim().toUpperCase(Locale.ROOT));
    Requirement requirement = columns[3].trim().equals("any") ? ANY : Requirement.parse(columns[3]);
    List<InstructionForm> forms = new ArrayList<>();
    for (String mnemonic : alternatives(columns[0])) {
      String space = mnemonic.contains(".shared") ? "[shared]" : mnemonic.contains(".param") ? "[param]"
          : mnemonic.contains(".const") ? "[const]" : "[global]";
      forms.add(new InstructionForm(
          mnemonic,
          patterns(operands.subList(0, arrow), space),
          patterns(operands.subList(arrow + 1, operands.size()), space),
          effect,
          requirement,
          columns[4].trim()));
    }
    return forms;
  }

  private static ImmutableList<OperandPattern> patterns(List<String> operands, String space) {
    return operands.stream().map(text -> OperandPattern.parse(text.equals("[]") ? space : text))
        .collect(toImmutableList());
  }

  /** All choices from braces, which may be nested: {@code a{,b{c,d}}} is a, abc and abd. */
  static List<String> alternatives(String text) {
    int open = text.indexOf('{');
    if (open < 0) {
      return List.of(text);
    }
    List<String> choices = new ArrayList<>();
    int depth = 1;
    int start = open + 1;
    int end = start;
    for (; depth > 0; end++) {
      checkState(end < text.length(), "a brace is not closed: %s", text);
      char c = text.charAt(end);
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (depth == 0 || c == ',' && depth == 1) {
        choices.add(text.substring(start, end));
        start = end + 1;
      }
    }
    List<String> results = new ArrayList<>();
    for (String choice : choices) {
      for (String expanded : alternatives(choice)) {
        for (String rest : alternatives(text.substring(end))) {
          results.add(text.substring(0, open) + expanded + rest);
        }
      }
    }
    return results;
  }
}
