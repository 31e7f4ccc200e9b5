package nibble.emulator.cuda;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** CUDA's compiler, where it is installed. */
record Nvcc(Path program) {
  /** Why tests that need it are skipped. */
  static final String MISSING = "skipped: there is no nvcc on the search path or in CUDA_HOME";

  /** The compiler on the search path, or the one that {@code CUDA_HOME} names. */
  static Optional<Nvcc> find() {
    Stream<String> folders = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator));
    Stream<String> home = Optional.ofNullable(System.getenv("CUDA_HOME")).map(it -> it + "/bin").stream();
    return Stream.concat(home, folders)
        .map(folder -> Path.of(folder, "nvcc"))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Nvcc::new);
  }

  /** Its release, as the PTX that it makes names it. */
  String release() throws IOException, InterruptedException {
    Process process = new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return CudaBuild.release(text);
  }

  /** The PTX that it makes. */
  String compile(CudaBuild build) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("nvcc");
    Path output = folder.resolve("out.ptx");
    Path log = folder.resolve("log");
    try {
      List<String> command = new ArrayList<>(List.of(program.toString(), "--ptx", build.source().toString()));
      command.addAll(build.options());
      command.addAll(List.of("-o", output.toString()));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
      if (process.waitFor() != 0) {
        throw new IllegalStateException(
            String.join(" ", command) + " failed:\n" + Files.readString(log, StandardCharsets.UTF_8));
      }
      return Files.readString(output, StandardCharsets.UTF_8);
    } finally {
      for (Path file : List.of(output, log, folder)) {
        Files.deleteIfExists(file);
      }
    }
  }
}
