package nibble.cli;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import nibble.ir.diagnostic.Diagnostic;
import nibble.passes.pipeline.Pipeline;

/** The texts that diagnostics point into, for excerpts: files, read again, and pipeline text of the command line. */
final class SourceTexts {
  private SourceTexts() {}

  private static final String PASSES = Pipeline.SOURCE;

  static ImmutableMap<String, String> of(List<Diagnostic> diagnostics, List<String> args) {
    ImmutableMap.Builder<String, String> texts = ImmutableMap.builder();
    passes(args).ifPresent(text -> texts.put(PASSES, text));
    Stream<String> files = diagnostics.stream().map(diagnostic -> diagnostic.location().file()).distinct();
    files.filter(Objects::nonNull).filter(file -> !file.isEmpty() && !file.equals(PASSES)).forEach(file -> {
      try {
        Path path = Path.of(file);
        if (Files.isRegularFile(path)) {
          texts.put(file, new String(Files.readAllBytes(path), StandardCharsets.UTF_8));
        }
      } catch (IOException | InvalidPathException e) {
        // No excerpt, then; the message still has the place.
      }
    });
    return texts.buildOrThrow();
  }

  private static Optional<String> passes(List<String> args) {
    int at = args.indexOf(PASSES);
    if (at >= 0 && at + 1 < args.size()) {
      return Optional.of(args.get(at + 1));
    }
    return args.stream().filter(arg -> arg.startsWith(PASSES + "=")).map(arg -> arg.substring(PASSES.length() + 1))
        .findFirst();
  }
}
