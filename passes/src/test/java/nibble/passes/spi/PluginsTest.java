package nibble.passes.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nibble.ir.Module;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.format.NumberFormat;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.PassRun;
import nibble.passes.testing.IrText;
import nibble.passes.testing.PluginJar;
import nibble.passes.validate.Validator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginsTest {
  private static final String GOOD = """
      import com.google.common.collect.ImmutableList;
      import com.google.common.collect.ImmutableMap;
      import nibble.ir.Module;
      import nibble.ir.format.*;
      import nibble.passes.*;
      import nibble.passes.pipeline.OptionSyntax;
      import nibble.passes.spi.Plugin;

      public class NAME implements Plugin {
        public record Colour(String name) {}

        @PassInfo(name = "paint", summary = "does nothing in colour", effect = NumericEffect.Kind.EXACT)
        public record Paint(@PassOption("a colour") Colour colour) implements Pass {
          @Override
          public Module run(Module module, PassContext context) {
            return module;
          }
        }

        @Override
        public int spi() {
          return Plugin.SPI;
        }

        @Override
        public String name() {
          return "good";
        }

        @Override
        public String version() {
          return "1.2";
        }

        @Override
        public ImmutableList<NumberFormat> formats() {
          return ImmutableList.of(new IntegerFormat("i3", 3, true, "three bits"));
        }

        @Override
        public ImmutableList<Class<? extends Pass>> passes() {
          return ImmutableList.of(Paint.class);
        }

        @Override
        public ImmutableMap<String, Class<? extends Pass>> clauses() {
          return ImmutableMap.of("colour-it", Paint.class);
        }

        @Override
        public <T> ImmutableList<T> extensions(Class<T> point) {
          if (point == OptionSyntax.class) {
            return ImmutableList.of(point.cast(new OptionSyntax<>(
                Colour.class, "a colour", (text, registry) -> new Colour(text), Colour::name)));
          }
          return point == String.class ? ImmutableList.of(point.cast("a kernel generator")) : ImmutableList.of();
        }
      }
      """;

  @TempDir
  private Path directory;

  private Path jar(String name, String source) throws IOException {
    return new PluginJar(directory).build(name, source.replace("NAME", name), name, "");
  }

  private static Diagnostic refused(Path... jars) {
    return assertThrows(InputException.class, () -> Plugins.none().withJars(List.of(jars))).diagnostics().getFirst();
  }

  private static void assertMentions(Diagnostic diagnostic, String message, String hint) {
    assertTrue(diagnostic.message().contains(message), diagnostic.message());
    assertTrue(diagnostic.hint().orElse("").contains(hint), diagnostic.toString());
  }

  @Test
  void aJarContributesFormatsPassesClausesAndExtensions() throws IOException {
    Plugins plugins = Plugins.none().withJars(List.of(jar("Good", GOOD)));
    assertEquals(List.of("good"), plugins.loaded().stream().map(Plugin::name).toList());
    assertTrue(plugins.registry().format("i3").isPresent());
    assertTrue(plugins.passes().clauses().containsKey("colour-it"));
    assertFalse(plugins.passes().passes().containsKey("colour-it"));
    assertEquals(ImmutableList.of("a kernel generator"), plugins.extensions(String.class));
    assertEquals(ImmutableList.of(), plugins.extensions(Runnable.class));
    assertEquals("paint{colour=red}", plugins.passes().print(plugins.passes().parse("paint{colour=red}")));
  }

  @Test
  void aFormatOfAJarIsQuantizedToAndValidated() throws IOException {
    Plugins plugins = Plugins.none().withJars(List.of(jar("Good", GOOD)));
    Module module = IrText.module("""
        func @main(%x: tensor<[B,4] x f32>) {
          %w = weight {key = "w"} : tensor<[4,3] x f32>
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,3] x f32>
          return %0
        }
        """);
    PassRun run = PassManager.of(plugins.passes(), PassEnvironment.of(plugins.registry()))
        .validating(Validator.generated(1))
        .run(module, plugins.passes().parse("quantize{weight=i3:channel, act=i3:token},fold-dequantize,dce"));
    assertEquals(List.of(), run.failures());
    NumberFormat format = run.output().functions().get("main").body().operations().getLast()
        .operand(0).tensorType().format();
    assertEquals("i3", format.name());
  }

  @Test
  void aJarWithoutAPluginSaysWhatIsMissing() throws IOException {
    Path none = new PluginJar(directory).build("Good", GOOD.replace("NAME", "Good"), "", "");
    assertMentions(refused(none), "holds no plugin: it has no entry META-INF/services/", "put the name of the class");
    Path empty = new PluginJar(directory).build("Empty", GOOD.replace("NAME", "Empty"), "# nothing\n", "");
    assertMentions(refused(empty), "names no class of its own", "put the name of the class");
  }

  @Test
  void whatIsNoJarSaysSo() throws IOException {
    assertMentions(refused(directory.resolve("none.jar")), "there is no plugin jar", "");
    Path text = Files.writeString(directory.resolve("text.jar"), "not a jar");
    assertMentions(refused(text), "is no jar", "");
    assertMentions(refused(directory), "there is no plugin jar", "");
  }

  @Test
  void aClassThatIsNoPluginSaysSo() throws IOException {
    assertMentions(
        refused(jar("Stranger", "public class NAME {}")), "not a subtype", "bug of the plugin");
    Path missing = new PluginJar(directory).build("Good", GOOD.replace("NAME", "Good"), "Gone", "");
    assertMentions(refused(missing), "Provider Gone not found", "bug of the plugin");
  }

  @Test
  void anotherVersionOfTheInterfaceIsRefused() throws IOException {
    assertMentions(
        refused(jar("Old", GOOD.replace("return Plugin.SPI;", "return 0;"))),
        "the plugin good is built for version 0 of the plugin interface, not 1", "build it against this version");
  }

  @Test
  void classesThatDoNotLinkAreOfAnotherVersion() throws IOException {
    Path jar = new PluginJar(directory).build("Broken", GOOD.replace("NAME", "Broken"), "Broken", "Broken$Paint.class");
    assertMentions(
        refused(jar), "does not fit this version of Nibble: java.lang.NoClassDefFoundError", "build it against");
  }

  @Test
  void whatAPluginThrowsIsItsBug() throws IOException {
    String constructor = GOOD.replace(
        "@Override\n  public int spi",
        "public NAME() {\n    throw new RuntimeException(\"no\");\n  }\n\n  @Override\n  public int spi");
    assertMentions(refused(jar("Throws", constructor)), "failed: java.lang.RuntimeException: no", "bug of the plugin");
    String formats = GOOD.replace("return ImmutableList.of(new IntegerFormat", "throw new RuntimeException(\"never\" + "
        + "ImmutableList.of(new IntegerFormat").replace("\"three bits\"));", "\"three bits\")));");
    assertMentions(
        refused(jar("Lazy", formats)), "the plugin Lazy failed: java.lang.RuntimeException", "bug of the plugin");
  }

  @Test
  void namesMayNotClash() throws IOException {
    Path jar = jar("Good", GOOD);
    assertMentions(refused(jar, jar), "two plugins have the name good", "load each plugin once");
    Path twin = jar("Twin", GOOD.replace("return \"good\"", "return \"twin\""));
    assertMentions(refused(jar, twin), "the format i3 of dialect twin exists already", "bug of the plugin");
    Path builtIn = jar("Dce", GOOD.replace("name = \"paint\"", "name = \"dce\""));
    assertMentions(refused(builtIn), "the pass dce exists already", "bug of the plugin");
  }

  @Test
  void theClassPathOfTheseTestsHoldsNoPlugin() {
    assertEquals(List.of(), Plugins.onClassPath().loaded());
  }
}
