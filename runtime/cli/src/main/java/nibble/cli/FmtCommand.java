package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import nibble.dsl.NibFormatter;
import nibble.dsl.SourceFile;
import nibble.engine.file.FileReading;
import nibble.engine.file.FileWriting;
import nibble.engine.file.StagedFiles;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Formats source files. */
@Command(
    name = "fmt", mixinStandardHelpOptions = true,
    description = "Formats .nib files in place. Where one has a syntax error, none is changed.")
final class FmtCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private JsonSwitch json = new JsonSwitch();

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Source files.")
  private List<Path> files = new ArrayList<>();

  @Option(names = "--check", description = "Changes nothing; ends with 1 where a file is not formatted.")
  private boolean check;

  @Option(names = "--stdout", description = "Writes the formatted text to standard output instead.")
  private boolean print;

  FmtCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    Map<Path, String> all = new LinkedHashMap<>();
    Map<Path, String> changed = new LinkedHashMap<>();
    List<Diagnostic> diagnostics = new ArrayList<>();
    for (Path file : files) {
      try {
        SourceFile source = new SourceFile(file.toString(), FileReading.text(file));
        String formatted = NibFormatter.format(source);
        all.put(file, formatted);
        if (!formatted.equals(source.text())) {
          changed.put(file, formatted);
        }
      } catch (InputException e) {
        diagnostics.addAll(e.diagnostics());
      }
    }
    if (!diagnostics.isEmpty()) {
      throw new InputException(diagnostics);
    }
    if (!check && !print) {
      write(changed);
    }
    report(all, changed);
    return (check && !changed.isEmpty() ? ExitCode.CHECK_FAILED : ExitCode.OK).code();
  }

  private static void write(Map<Path, String> changed) {
    try (StagedFiles staged = new StagedFiles()) {
      changed.forEach((file, text) -> staged.add(file, FileWriting.text(text)));
      staged.commit();
    }
  }

  private void report(Map<Path, String> all, Map<Path, String> changed) {
    if (json.isOn()) {
      ObjectNode node = Json.object();
      node.put("files", all.size());
      ArrayNode names = node.putArray("changed");
      changed.keySet().forEach(file -> names.add(file.toString()));
      if (print) {
        ObjectNode texts = node.putObject("texts");
        all.forEach((file, text) -> texts.put(file.toString(), text));
      }
      Json.print(node, streams.out());
    } else if (print) {
      all.values().forEach(streams.out()::print);
    } else {
      changed.keySet().forEach(file ->
          streams.out().println(file + (check ? ": is not formatted" : ": formatted")));
    }
  }
}
