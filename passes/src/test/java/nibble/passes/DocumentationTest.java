package nibble.passes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import nibble.ir.rewrite.Rewrite;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.pipeline.PassType;
import nibble.passes.spi.Plugins;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each pass has a page that says what it is, and each rewrite has a test of its name. */
class DocumentationTest {
  private static final Path PAGES = Path.of("../docs/passes");
  private static final Pattern EXAMPLE = Pattern.compile("(?ms)^```pipeline\n(.*?)^```");

  private final PassRegistry registry = Plugins.none().passes();

  @TestFactory
  Stream<DynamicTest> everyPassHasItsPage() {
    return registry.passes().values().stream().map(type -> dynamicTest(type.name(), () -> {
      String page = Files.readString(PAGES.resolve(type.name() + ".md"));
      assertTrue(page.startsWith("# " + type.name() + "\n\n"), "the page starts with the name");
      assertContains(page, type.info().summary());
      assertContains(page, "Effect: " + type.info().effect().name().toLowerCase(Locale.ROOT).replace('_', ' '));
      for (PassType.Option option : type.options()) {
        assertContains(page, "`" + option.name() + "`");
        assertContains(page, option.summary());
        assertContains(page, option.otherwise());
      }
    }));
  }

  private static void assertContains(String page, String part) {
    assertTrue(page.replaceAll("\\s+", " ").toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT)),
        () -> "the page lacks: " + part);
  }

  @Test
  void pagesBelongToPassesAndTheirExamplesAreRead() throws IOException {
    for (Path page : files(PAGES, ".md")) {
      String name = page.getFileName().toString().replace(".md", "");
      assertTrue(registry.passes().containsKey(name), () -> page + " belongs to no pass");
      long examples = EXAMPLE.matcher(Files.readString(page)).results()
          .peek(example -> registry.parse(example.group(1), page.toString())).count();
      assertTrue(examples > 0, () -> page + " has no example");
    }
  }

  @Test
  void everyRewriteHasATestOfItsName() throws IOException {
    Path classes = Path.of("target/classes");
    List<String> lacking = files(classes, ".class").stream()
        .map(file -> classes.relativize(file).toString().replace(".class", "").replace('/', '.'))
        .filter(name -> !name.contains("$") && isRewrite(name))
        // Which products they change is the decision of a pass, so they are tested with it.
        .filter(name -> !name.endsWith("Operands"))
        .filter(name -> !Files.exists(Path.of("src/test/java", name.replace('.', '/') + "Test.java")))
        .toList();
    assertEquals(List.of(), lacking);
  }

  private static boolean isRewrite(String name) {
    try {
      return Rewrite.class.isAssignableFrom(Class.forName(name));
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Path> files(Path folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }
}
