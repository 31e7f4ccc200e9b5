package nibble.passes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import nibble.ir.text.Parser;
import nibble.ir.text.Printer;

/**
 * A pipeline and a module in one file, which {@code nibble opt} runs again: the pipeline in a header line
 * {@code // RUN: opt <pipeline>}, then the module in the text form.
 *
 * @param pipeline pipeline text
 * @param module what it is run on
 */
public record Reproducer(String pipeline, Module module) {
  private static final Pattern HEADER = Pattern.compile("(?m)^// RUN: opt ?(.*)$");

  public static Reproducer of(String pipeline, Module module) {
    return new Reproducer(pipeline, module);
  }

  /** The pipeline of a file's header, where it has one. */
  public static Optional<String> pipelineOf(String text) {
    Matcher header = HEADER.matcher(text);
    return header.find() ? Optional.of(header.group(1).strip()) : Optional.empty();
  }

  /** The same behind blanks and line feeds, so that places in it are places in the file. */
  public static Optional<String> placedPipelineOf(String text) {
    Matcher header = HEADER.matcher(text);
    return header.find()
        ? Optional.of(text.substring(0, header.start(1)).replaceAll("[^\n]", " ") + header.group(1))
        : Optional.empty();
  }

  /**
   * Reads what {@link #text} wrote.
   *
   * @param file name for messages
   * @throws InputException where the header is missing or the module can't be read
   */
  public static Reproducer parse(String text, String file, Registry registry) {
    String pipeline = pipelineOf(text).orElseThrow(() ->
        new InputException(file + " has no line '// RUN: opt <pipeline>'"));
    return new Reproducer(pipeline, Parser.parse(text, file, registry));
  }

  /**
   * The content of the file.
   *
   * @param why a comment: what went wrong; may have several lines
   */
  public String text(String why, Registry registry) {
    String comment = why.lines().map(line -> ("// " + line).stripTrailing()).collect(Collectors.joining("\n"));
    return "// RUN: opt " + pipeline + "\n" + comment + "\n" + Printer.print(module, registry);
  }

  /** Writes {@code reproduce-<name>.ir}, whole or not at all, and returns its path. */
  static Path write(Path directory, String name, String text) {
    Path file = directory.resolve("reproduce-" + name + ".ir");
    try {
      Files.createDirectories(directory);
      Path partial = Files.createTempFile(directory, "reproduce", ".partial");
      Files.writeString(partial, text);
      return Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
