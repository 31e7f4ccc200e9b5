package sample.minilm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
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
import nibble.cli.Nibble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees of a wrong kernel in the midst of the model: here a plugin's, which forgets to add a bias. */
class WrongKernelReportTest {
  private static final String PLUGIN = """
      import com.google.common.collect.ImmutableList;
      import com.google.common.collect.ImmutableMap;
      import java.util.Optional;
      import nibble.codegen.kernel.*;
      import nibble.codegen.kernel.product.ProductKernel;
      import nibble.codegen.target.Targets;
      import nibble.ir.*;
      import nibble.ir.op.*;
      import nibble.ir.rewrite.*;
      import nibble.ir.shape.SymbolBounds;
      import nibble.passes.spi.Plugin;

      public final class Forgetful implements Plugin {
        public String name() { return "forgetful"; }
        public int spi() { return Plugin.SPI; }
        public String version() { return "1"; }

        public <T> ImmutableList<T> extensions(Class<T> point) {
          return point == KernelGenerator.class ? ImmutableList.of(point.cast(new Generator())) : ImmutableList.of();
        }

        private static final class Generator implements KernelGenerator {
          public String name() { return "forgetful"; }

          public Optional<KernelProgram> generate(Operation kernel, ImmutableMap<String, SymbolBounds> symbols) {
            if (!((Kernel) kernel.op()).label().equals("matmul_add")) {
              return Optional.empty();
            }
            Rewrite withoutBias = (operation, context) ->
                operation.op() instanceof Add && context.match(operation.operand(0), MatMul.class).isPresent()
                    ? Optional.of(ImmutableList.of(operation.operand(0))) : Optional.empty();
            Function region = new Function("region", kernel.regions().getFirst(), kernel.location());
            Block wrong = new RewriteDriver(withoutBias).apply(region, symbols).body();
            return new ProductKernel(Targets.get("sm_80")).generate(kernel.withRegions(ImmutableList.of(wrong)), symbols);
          }
        }
      }
      """;

  @TempDir private Path folder;

  private Path jar() throws IOException {
    Path source = Files.writeString(folder.resolve("Forgetful.java"), PLUGIN);
    Path classes = Files.createDirectory(folder.resolve("classes"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options = List.of(
          "-d", classes.toString(), "-classpath", System.getProperty("java.class.path"), "-proc:none");
      assertTrue(
          compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(source)).call(),
          messages::toString);
    }
    Path jar = folder.resolve("forgetful.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> compiled = Files.list(classes)) {
      for (Path path : compiled.toList()) {
        add(out, path.getFileName().toString(), Files.readAllBytes(path));
      }
      add(out, "META-INF/services/nibble.passes.spi.Plugin", "Forgetful".getBytes(StandardCharsets.UTF_8));
    }
    return jar;
  }

  private static void add(JarOutputStream out, String name, byte[] content) throws IOException {
    out.putNextEntry(new ZipEntry(name));
    out.write(content);
    out.closeEntry();
  }

  @Test
  void itIsNamedWithItsFirstWrongOperation() throws IOException {
    Path page = folder.resolve("report.html");
    List<String> args = List.of(
        "run", Encoder.FOLDER.toString(), "--recipe", "f16", "--device", "emulator", "--plugin", jar().toString(),
        "--verify", "--json", "--report", page.toString());
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    assertEquals(1, Nibble.run(new PrintWriter(out), new PrintWriter(err), args), err.toString());

    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertFalse(report.get("verified").asBoolean());
    JsonNode wrong = report.get("wrong");
    assertEquals("matmul_add", wrong.get("kernel").asText());
    assertEquals("layer[0].attn.o", wrong.get("path").asText());
    int line = 1 + Files.readAllLines(Encoder.sample().model()).indexOf(
        "  fn forward(x: f32[.., I]) -> f32[.., O] { return x @ w + b }");
    assertTrue(wrong.get("source").asText().matches(".*minilm\\.nib:" + line + ":\\d+"), wrong.toString());
    assertEquals("add", wrong.get("firstOp").get("op").asText());
    assertEquals(3, wrong.get("element").size());
    double off = Math.abs(wrong.get("exact").asDouble() - wrong.get("actual").asDouble());
    assertTrue(off > wrong.get("bound").asDouble() && wrong.get("bound").asDouble() > 0, wrong.toString());
    assertEquals("nibble " + String.join(" ", args), wrong.get("reproduce").asText());

    // There are two of its kind in each layer; all others are proven on what they read.
    for (JsonNode kernel : report.get("kernels")) {
      boolean isForgetful = kernel.get("name").asText().matches("matmul_add(_2)?");
      assertEquals(isForgetful, !kernel.get("ok").asBoolean(), kernel.toString());
    }
    assertSaidInWords(Files.readString(page), args, line);
  }

  private static void assertSaidInWords(String text, List<String> args, int line) {
    for (String words : List.of(
        "58 of 70 launches proven",
        "the first wrong kernel is matmul_add, launch 7, which computes transpose, reshape, matmul, add, add",
        "it goes wrong at add, from ./minilm.nib:" + line,
        "in layer[0].attn.o",
        "reproduce: nibble " + String.join(" ", args),
        "nibble compile ./minilm.nib --recipe f16 --target sm_80 -o DIR",
        "NOT VERIFIED")) {
      assertTrue(text.contains(words), words + " is not in\n" + text);
    }
  }
}
