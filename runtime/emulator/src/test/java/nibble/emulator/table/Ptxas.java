package nibble.emulator.table;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** NVIDIA's assembler, where it is installed. */
record Ptxas(Path program) {
  /** Why tests that need it are skipped. */
  static final String MISSING = "skipped: there is no ptxas on the search path";

  private static final Pattern ERROR = Pattern.compile(".*, line (\\d+); error\\s*: (.*)");

  static Optional<Ptxas> find() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, "ptxas"))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Ptxas::new);
  }

  /** The errors that it finds, by line. */
  Map<Integer, String> errors(String target, String ptx) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("ptxas");
    Path source = folder.resolve("source.ptx");
    Path log = folder.resolve("log");
    try {
      Files.writeString(source, ptx);
      Process process =
          new ProcessBuilder(program.toString(), "-c", "-O0", "-arch=" + target, source.toString(), "-o", "/dev/null")
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      int status = process.waitFor();
      Map<Integer, String> errors = new LinkedHashMap<>();
      for (String line : Files.readAllLines(log)) {
        Matcher matcher = ERROR.matcher(line);
        if (matcher.matches()) {
          errors.putIfAbsent(Integer.parseInt(matcher.group(1)), matcher.group(2));
        }
      }
      if (status != 0 && errors.isEmpty()) {
        throw new IllegalStateException("ptxas failed: " + Files.readString(log));
      }
      return errors;
    } finally {
      for (Path file : Stream.of(source, log, folder).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
