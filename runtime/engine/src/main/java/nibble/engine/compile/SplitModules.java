package nibble.engine.compile;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.dsl.SourceFile;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import nibble.ir.verify.Verifier;

/** Reads files of the text form. Lines that begin with {@value #SEPARATOR} part modules, as dumps of passes do. */
public final class SplitModules {
  /** What begins a line between two modules. */
  public static final String SEPARATOR = "// -----";

  private SplitModules() {}

  /**
   * The modules of a file, verified; locations in messages are those of the whole file.
   *
   * @throws nibble.ir.diagnostic.InputException where one is no text form, or not valid
   */
  public static ImmutableList<Module> read(SourceFile file, Registry registry) {
    ImmutableList.Builder<Module> modules = ImmutableList.builder();
    List<String> lines = file.text().lines().toList();
    StringBuilder section = new StringBuilder();
    boolean found = false;
    for (int i = 0; i <= lines.size(); i++) {
      boolean ends = i == lines.size() || lines.get(i).startsWith(SEPARATOR);
      if (ends && (hasText(section) || i == lines.size() && !found)) {
        modules.add(verified(section.toString(), file.name(), registry));
        found = true;
      }
      if (ends) {
        // Empty lines in the place of what was read keep the numbers of the lines.
        section = new StringBuilder("\n".repeat(i + 1));
      } else {
        section.append(lines.get(i)).append('\n');
      }
    }
    return modules.build();
  }

  private static Module verified(String text, String file, Registry registry) {
    Module module = Parser.parse(text, file, registry);
    if (!Verifier.check(module).isEmpty()) {
      // The text is wrong, not the source that it was made of.
      Verifier.require(Parser.parseInPlace(text, file, registry));
    }
    return module;
  }

  private static boolean hasText(StringBuilder section) {
    return section.toString().lines().anyMatch(line -> !line.isBlank() && !line.strip().startsWith("//"));
  }
}
