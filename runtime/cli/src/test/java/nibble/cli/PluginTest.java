package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --plugin} with a jar that is compiled here. */
class PluginTest {
  private static final String SOURCE = """
      import com.google.common.collect.ImmutableList;
      import com.google.common.collect.ImmutableMap;
      import nibble.ir.Module;
      import nibble.passes.NumericEffect;
      import nibble.passes.Pass;
      import nibble.passes.PassContext;
      import nibble.passes.PassInfo;
      import nibble.passes.PassOption;
      import nibble.passes.spi.Plugin;

      public final class NothingPlugin implements Plugin {
        @PassInfo(name = "nothing", summary = "changes nothing, or fails", effect = NumericEffect.Kind.EXACT)
        public record Nothing(
            @PassOption(value = "whether to fail", otherwise = "false") boolean fail) implements Pass {
          @Override
          public Module run(Module module, PassContext context) {
            if (fail) {
              throw new UnsupportedOperationException("it was asked to");
            }
            return module;
          }
        }

        @Override
        public int spi() {
          return Plugin.SPI;
        }

        @Override
        public String name() {
          return "nothing";
        }

        @Override
        public String version() {
          return "1";
        }

        @Override
        public ImmutableList<Class<? extends Pass>> passes() {
          return ImmutableList.of(Nothing.class);
        }

        @Override
        public ImmutableMap<String, Class<? extends Pass>> clauses() {
          return ImmutableMap.of("idle", Nothing.class);
        }
      }
      """;

  @TempDir private static Path folder;
  private static Path jar;

  @BeforeAll
  static void compile() throws IOException {
    Path classes = Files.createDirectory(folder.resolve("classes"));
    Path source = SmallModel.write(folder.resolve("NothingPlugin.java"), SOURCE);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("-d", classes.toString(), "-classpath", System.getProperty("java.class.path"), "-proc:none");
      StringWriter messages = new StringWriter();
      boolean compiled =
          compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(source)).call();
      assertTrue(compiled, messages::toString);
    }
    jar = folder.resolve("nothing.jar");
    try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file);
        Stream<Path> compiled = Files.list(classes)) {
      for (Path path : compiled.sorted().toList()) {
        entry(out, path.getFileName().toString(), Files.readAllBytes(path));
      }
      entry(out, "META-INF/services/nibble.passes.spi.Plugin", "NothingPlugin\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void entry(JarOutputStream out, String name, byte[] content) throws IOException {
    out.putNextEntry(new ZipEntry(name));
    out.write(content);
    out.closeEntry();
  }

  @Test
  void passIsListed() {
    assertTrue(CommandRun.of("passes", "--plugin", jar).ok().out().contains("\nnothing "));
    String text = CommandRun.of("passes", "nothing", "--plugin", jar).ok().out();
    assertTrue(text.contains("fail: whether to fail (false unless given)"), text);
    CommandRun.of("passes", "nothing").failed(ExitCode.USAGE, "there is no pass 'nothing'");
  }

  @Test
  void passRuns() {
    Path model = SmallModel.write(folder.resolve("twice.ir"), SmallModel.IR);
    assertEquals(SmallModel.IR, CommandRun.of("opt", model, "--plugin", jar, "--passes", "nothing").ok().out());
  }

  @Test
  void clauseOfARecipe() {
    Path recipe = SmallModel.write(folder.resolve("idling.nib"), "recipe idling \"\" {\n  idle { fail = false }\n}\n");
    String text = CommandRun.of("explain", SmallModel.nib(folder), "--plugin", jar, "--recipe", recipe).ok().out();
    assertTrue(text.contains("pipeline canonicalize,nothing,fold-constants"), text);
    CommandRun.of("explain", SmallModel.nib(folder), "--recipe", recipe).failed(ExitCode.COMPILE_ERROR, "idle");
  }

  @Test
  void passThatThrowsIsABugWithAReproducer() throws IOException {
    Path model = SmallModel.write(folder.resolve("twice.ir"), SmallModel.IR);
    CommandRun run = CommandRun.of("opt", model, "--plugin", jar, "--passes", "cse,nothing{fail=true}")
        .ended(ExitCode.BUG);
    String message = "error: this is a bug in Nibble or in a plugin: the pass nothing{fail=true} failed";
    assertTrue(run.err().startsWith(message), run.err());
    assertFalse(run.err().contains("\tat "), run.err());
    Path first = reproducer(run);
    try {
      assertTrue(Files.readString(first).contains("UnsupportedOperationException"));
      Files.delete(reproducer(CommandRun.of("opt", first, "--plugin", jar).ended(ExitCode.BUG)));
    } finally {
      Files.delete(first);
    }
  }

  private static Path reproducer(CommandRun run) {
    String help = run.err().lines().filter(line -> line.contains("= help: ")).findFirst().orElseThrow();
    return Path.of(help.substring(help.indexOf('/')));
  }

  @Test
  void jarsThatAreNoPluginsAreRefused() {
    CommandRun.of("ops", "--plugin", folder.resolve("none.jar")).failed(ExitCode.COMPILE_ERROR, "none.jar");
    Path text = SmallModel.write(folder.resolve("text.jar"), "no jar");
    CommandRun.of("formats", "--plugin", text).failed(ExitCode.COMPILE_ERROR, "text.jar");
    CommandRun.of("passes", "--plugin", folder).failed(ExitCode.COMPILE_ERROR, folder.toString());
    CommandRun.of("passes", "--plugin", jar, "--plugin", jar)
        .failed(ExitCode.COMPILE_ERROR, "two plugins have the name nothing");
  }
}
