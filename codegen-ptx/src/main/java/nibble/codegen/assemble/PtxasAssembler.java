package nibble.codegen.assemble;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nibble.codegen.target.PtxVersion;
import nibble.codegen.target.Target;

/** The program {@code ptxas} of a CUDA toolkit. */
public final class PtxasAssembler implements Assembler {
  private static final Pattern RELEASE = Pattern.compile("release (\\d+)\\.(\\d+)");
  private static final long TIMEOUT_SECONDS = 300;

  private final Path program;
  private final CudaRelease release;

  private PtxasAssembler(Path program, CudaRelease release) {
    this.program = program;
    this.release = release;
  }

  /** The {@code ptxas} on the search path; empty where there is none that says its release. */
  public static Optional<PtxasAssembler> onPath() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    for (String folder : path.split(File.pathSeparator)) {
      Path candidate = Path.of(folder.isEmpty() ? "." : folder, "ptxas");
      if (Files.isExecutable(candidate)) {
        return at(candidate);
      }
    }
    return Optional.empty();
  }

  /** The {@code ptxas} at a place; empty where it can't be run or does not say its release. */
  public static Optional<PtxasAssembler> at(Path program) {
    try {
      Run run = run(List.of(program.toString(), "--version"));
      Matcher matcher = RELEASE.matcher(run.output());
      return run.status() == 0 && matcher.find()
          ? Optional.of(new PtxasAssembler(
              program, new CudaRelease(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)))))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public String description() {
    return "ptxas " + release;
  }

  @Override
  public Optional<String> refusal(Target target, PtxVersion version) {
    PtxVersion newest = release.newestPtx();
    return version.compareTo(newest) > 0
        ? Optional.of(description() + " takes PTX up to " + newest + ", this is " + version)
        : Optional.empty();
  }

  @Override
  public Verdict assemble(String ptx, Target target) {
    try {
      Path folder = Files.createTempDirectory("nibble-ptxas");
      Path source = folder.resolve("module.ptx");
      Path cubin = folder.resolve("module.cubin");
      try {
        Files.writeString(source, ptx);
        Run run = run(List.of(
            program.toString(), "--gpu-name", target.name(), "--verbose",
            "--output-file", cubin.toString(), source.toString()));
        if (run.status() == 0) {
          return new Verdict.Assembled(
              description(), new Cubin(Files.readAllBytes(cubin)), AssemblerLog.resources(run.output()), run.output());
        }
        return AssemblerLog.isNotCompetent(run.output())
            ? new Verdict.Skipped(description() + ": " + run.output().lines().findFirst().orElse(""))
            : new Verdict.Rejected(description(), AssemblerLog.errors(run.output(), ptx));
      } finally {
        Files.deleteIfExists(source);
        Files.deleteIfExists(cubin);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Run(int status, String output) {}

  private static Run run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true)
        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null"))).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(command.getFirst() + " did not end within " + TIMEOUT_SECONDS + " s");
      }
      return new Run(process.exitValue(), output);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + command.getFirst() + " ran", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
