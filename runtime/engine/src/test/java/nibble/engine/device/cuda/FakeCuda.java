package nibble.engine.device.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A driver without a GPU ({@code fakecuda.c}), and a JVM of its own for each scenario that runs on it.
 *
 * @param folder where the library lies
 */
record FakeCuda(Path folder) {
  /**
   * What a scenario did.
   *
   * @param exit the exit code of its JVM
   * @param output what it printed
   * @param errors what it printed to the error stream
   * @param calls the driver's calls
   */
  record Run(int exit, List<String> output, String errors, List<String> calls) {
    /** The calls of these names, in order. */
    List<String> calls(String... names) {
      return calls.stream().filter(call -> List.of(names).contains(call.split(" ")[0])).toList();
    }
  }

  /** Builds the library; empty where there is no gcc. */
  static Optional<FakeCuda> build(Path folder) throws IOException, InterruptedException {
    Path source = folder.resolve("fakecuda.c");
    try (InputStream in = FakeCuda.class.getResourceAsStream("fakecuda.c")) {
      Files.copy(in, source);
    }
    Process compiler;
    try {
      compiler = new ProcessBuilder(
          "gcc", "-shared", "-fPIC", "-O1", "-o", folder.resolve("libcuda.so.1").toString(), source.toString())
          .inheritIO().start();
    } catch (IOException e) {
      return Optional.empty();
    }
    if (compiler.waitFor() != 0) {
      throw new IllegalStateException("gcc could not build fakecuda.c");
    }
    return Optional.of(new FakeCuda(folder));
  }

  Run run(String scenario) throws IOException, InterruptedException {
    return run(scenario, Map.of());
  }

  /** Runs a scenario of {@link CudaScenarios} with settings of the library. */
  Run run(String scenario, Map<String, String> settings) throws IOException, InterruptedException {
    Path calls = Files.createTempFile(folder, scenario, ".calls");
    return fork(scenario, settings, folder.toString(), calls);
  }

  /** Runs a scenario with that library path, which may have no driver. */
  static Run fork(String scenario, Map<String, String> settings, String libraryPath, Path calls)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(calls.getParent(), scenario, ".out");
    Path errors = Files.createTempFile(calls.getParent(), scenario, ".err");
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-Djava.io.tmpdir=" + calls.getParent(),
        "-cp", System.getProperty("java.class.path"), CudaScenarios.class.getName(), scenario));
    ProcessBuilder builder = new ProcessBuilder(command)
        .redirectOutput(output.toFile()).redirectError(errors.toFile());
    builder.environment().put("LD_LIBRARY_PATH", libraryPath);
    builder.environment().put("FAKE_CUDA_LOG", calls.toString());
    builder.environment().putAll(settings);
    Process process = builder.start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException(scenario + " hangs");
    }
    return new Run(
        process.exitValue(), Files.readAllLines(output), Files.readString(errors), Files.readAllLines(calls));
  }
}
