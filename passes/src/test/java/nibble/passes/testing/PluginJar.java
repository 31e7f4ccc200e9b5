package nibble.passes.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Plugin jars made of source text.
 *
 * @param directory where sources, classes and the jar go
 */
public record PluginJar(Path directory) {
  /**
   * Compiles a class and packs what was compiled.
   *
   * @param className simple name of a class without a package
   * @param source its text
   * @param services content of the file that names the plugin; none for no such file
   * @param leftOut name of a class file that is missing from the jar; empty for none
   */
  public Path build(String className, String source, String services, String leftOut) throws IOException {
    Path classes = compile(className, source);
    Path jar = directory.resolve(className + ".jar");
    try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file)) {
      for (Path compiled : classFiles(classes)) {
        String name = classes.relativize(compiled).toString();
        if (!name.equals(leftOut)) {
          entry(out, name, Files.readAllBytes(compiled));
        }
      }
      if (!services.isEmpty()) {
        entry(out, "META-INF/services/nibble.passes.spi.Plugin", services.getBytes(StandardCharsets.UTF_8));
      }
    }
    return jar;
  }

  private Path compile(String className, String source) throws IOException {
    Path classes = Files.createDirectories(directory.resolve(className + "-classes"));
    Path file = Files.writeString(directory.resolve(className + ".java"), source);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options = List.of(
          "-d", classes.toString(), "-classpath", System.getProperty("java.class.path"), "-proc:none");
      StringWriter messages = new StringWriter();
      boolean compiled =
          compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(file)).call();
      assertEquals(true, compiled, messages::toString);
    }
    return classes;
  }

  private static List<Path> classFiles(Path classes) throws IOException {
    try (Stream<Path> all = Files.walk(classes)) {
      return new ArrayList<>(all.filter(Files::isRegularFile).sorted().toList());
    }
  }

  private static void entry(JarOutputStream out, String name, byte[] content) throws IOException {
    out.putNextEntry(new ZipEntry(name));
    out.write(content);
    out.closeEntry();
  }
}
