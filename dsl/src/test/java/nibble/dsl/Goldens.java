package nibble.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.DiagnosticRenderer;
import nibble.ir.recipe.Recipe;
import nibble.ir.text.Printer;
import nibble.ir.text.TextReader;

/** Programs beside what is expected of them. {@code -Dnibble.bless=true} rewrites the expectations. */
final class Goldens {
  static final Path FOLDER = Path.of("src/test/resources/nibble/dsl");
  private static final Pattern WEIGHT = Pattern.compile("// weight file: (\\S+) (.*)");

  private Goldens() {}

  /** All programs of a folder, by name. */
  static List<Path> programs(String folder) {
    try (Stream<Path> files = Files.list(FOLDER.resolve(folder))) {
      return files.filter(file -> file.toString().endsWith(".nib")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The source under a name that is the same on every machine. */
  static SourceFile source(Path file) {
    return new SourceFile(FOLDER.relativize(file).toString(), read(file));
  }

  /** Options with the weight file that comments of the form {@code // weight file: name tensor<...>} describe. */
  static CompileOptions options(SourceFile source) {
    FileLoader loader = (importer, path) -> Optional.of(FOLDER.resolve(importer).resolveSibling(path))
        .filter(Files::isRegularFile)
        .map(Goldens::source);
    CompileOptions options = CompileOptions.standard().withLoader(loader);
    Map<String, TensorType> weights = new HashMap<>();
    Matcher weight = WEIGHT.matcher(source.text());
    while (weight.find()) {
      weights.put(weight.group(1), new TextReader(weight.group(2), "", Registry.core()).tensorType());
    }
    return weights.isEmpty() ? options : options.withCatalog(WeightCatalog.of(weights));
  }

  static Compilation compile(Path file) {
    SourceFile source = source(file);
    return Nib.check(List.of(source), options(source));
  }

  static String render(Compilation compilation) {
    return new DiagnosticRenderer(compilation.sources()).render(compilation.diagnostics());
  }

  /** Module, recipes and warnings as text. Locations are printed where the program asks for them. */
  static String print(Compilation compilation, boolean locations) {
    CompiledFile result = compilation.result().orElseThrow(() -> new AssertionError(render(compilation)));
    StringBuilder text = new StringBuilder();
    result.module().ifPresent(module -> text.append(new Printer(Registry.core(), locations).print(module)));
    for (Recipe recipe : result.recipes().values()) {
      text.append("recipe ").append(recipe.name()).append(" \"").append(recipe.summary()).append("\"\n");
      for (Recipe.Clause clause : recipe.clauses()) {
        text.append("  ").append(clause.pass()).append(" at ").append(clause.at()).append(' ')
            .append(clause.options()).append(' ').append(clause.location()).append('\n');
      }
    }
    return text + (result.warnings().isEmpty() ? "" : "\n" + render(compilation));
  }

  /** Compares with the expectation beside a program, or rewrites it. */
  static void check(Path program, String extension, String actual) {
    Path expectation = Path.of(program.toString().replaceFirst("nib$", extension));
    try {
      if (Boolean.getBoolean("nibble.bless")) {
        Files.writeString(expectation, actual);
        return;
      }
      String expected = Files.exists(expectation) ? Files.readString(expectation) : "";
      assertEquals(expected, actual, () -> expectation
          + " differs; where the new text is right: mvn test -pl dsl -am -Dtest='*GoldenTest,FormatterTest' "
          + "-Dsurefire.failIfNoSpecifiedTests=false -Dnibble.bless=true\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
