package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.collect.ImmutableMap;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A copy of the launcher that knows nothing of this machine.
 *
 * @param folder all that it knows is in here
 * @param directory the working folder
 * @param environment besides {@code PATH} and {@code HOME}
 */
record LauncherCopy(Path folder, Path directory, ImmutableMap<String, String> environment) {
  static final Path SCRIPT = Path.of("../../nibble").toAbsolutePath().normalize();
  private static final List<String> SYSTEM_FOLDERS = List.of("/usr/lib/jvm/", "/opt/", "/Library/");
  private static final List<String> TOOLS = List.of(
      "bash", "cat", "dirname", "env", "find", "flock", "grep", "mkdir", "readlink", "rm", "seq", "tail", "touch");

  /**
   * How a run ended.
   *
   * @param code the exit code
   * @param out standard output
   * @param err standard error
   */
  record Ended(int code, String out, String err) {}

  static LauncherCopy in(Path folder) throws IOException {
    Optional<Path> bash = tool("bash");
    assumeTrue(bash.isPresent(), "skipped: there is no bash");
    String script = Files.readString(SCRIPT);
    for (String system : SYSTEM_FOLDERS) {
      assertTrue(script.contains(" " + system), system);
      script = script.replace(" " + system, " \"" + folder + "\"" + system);
    }
    LauncherCopy copy = new LauncherCopy(folder, folder, ImmutableMap.of());
    executable(copy.script(), script);
    Files.createDirectories(copy.tools());
    Files.createDirectories(folder.resolve("home"));
    for (String tool : TOOLS) {
      Optional<Path> real = tool(tool);
      if (real.isPresent()) {
        executable(copy.tools().resolve(tool), "#!" + bash.get() + "\nexec '" + real.get() + "' \"$@\"\n");
      }
    }
    Files.writeString(copy.root().resolve("pom.xml"), "");
    return copy;
  }

  private static Optional<Path> tool(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator)).map(place -> Path.of(place, name))
        .filter(Files::isExecutable).findFirst();
  }

  private static void executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** A folder whose name has a blank. */
  Path root() {
    return folder.resolve("the root");
  }

  Path script() {
    return root().resolve("nibble");
  }

  Path jar() {
    return root().resolve("runtime/cli/target/nibble-cli-0.1.0-SNAPSHOT.jar");
  }

  /** The only folder on the path. */
  Path tools() {
    return folder.resolve("tools");
  }

  /** Makes a JDK whose java says where it is, what it was given and where it runs, and then what it is told to say. */
  Path jdk(String place, String version) throws IOException {
    Path jdk = folder.resolve(place);
    executable(jdk.resolve("bin/java"), """
        #!/usr/bin/env bash
        [ -z "${SAY2:-}" ] || printf '%%s\\n' "$SAY2" >&2
        printf 'java of %s\\narguments'
        printf ' <%%s>' "$@"
        printf '\\nin %%s\\n' "$PWD"
        [ -z "${SAY_LOCALE:-}" ] || printf 'locale %%s\\n' "${LC_ALL:-}"
        [ -z "${SAY3:-}" ] || printf '%%s\\n' "$SAY3" >&3
        exit "${EXIT:-0}"
        """.formatted(jdk));
    Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"Somebody\"\nJAVA_VERSION=\"" + version + "\"\n");
    return jdk;
  }

  /** Makes a Maven. */
  void maven(String commands) throws IOException {
    String quoted = commands.replace(jar().toString(), "'" + jar() + "'");
    executable(tools().resolve("mvn"), "#!/usr/bin/env bash\n" + quoted + "\n");
  }

  /** Has it be built already. */
  void build() throws IOException {
    Files.createDirectories(jar().getParent());
    Files.writeString(jar(), "");
    Files.writeString(jar().resolveSibling("nibble.built"), "");
  }

  /** The same with a variable of its environment. */
  LauncherCopy with(String variable, Object value) {
    return new LauncherCopy(folder, directory, ImmutableMap.<String, String>builder()
        .putAll(environment).put(variable, value.toString()).buildKeepingLast());
  }

  /** The same in another folder. */
  LauncherCopy from(Path other) {
    return new LauncherCopy(folder, other, environment);
  }

  Ended run(String... args) {
    return runAs(script().toString(), args);
  }

  Ended runAs(String name, String... args) {
    List<String> command =
        new ArrayList<>(List.of(tools().resolve("bash").toString(), "-c", "exec \"$0\" \"$@\"", name));
    command.addAll(List.of(args));
    return process(command);
  }

  /** Runs commands of the shell; the launcher's name may stand in them as it is. */
  Ended shell(String commands) {
    return process(List.of(
        tools().resolve("bash").toString(), "-c", commands.replace(script().toString(), "'" + script() + "'")));
  }

  private Ended process(List<String> command) {
    try {
      Path out = Files.createTempFile(folder, "out", ".txt");
      Path err = Files.createTempFile(folder, "err", ".txt");
      ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile())
          .redirectOutput(out.toFile()).redirectError(err.toFile());
      Map<String, String> variables = builder.environment();
      variables.clear();
      variables.put("PATH", tools().toString());
      variables.put("HOME", folder.resolve("home").toString());
      variables.put("LC_ALL", "C.UTF-8");
      variables.putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      int code = process.waitFor();
      return new Ended(code, read(out), read(err));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What the filter, which may outlive the JVM for a moment, has written by now, once it says nothing more. */
  private static String read(Path file) throws IOException, InterruptedException {
    String text = Files.readString(file, StandardCharsets.UTF_8);
    for (int i = 0; i < 20; i++) {
      Thread.sleep(10);
      String now = Files.readString(file, StandardCharsets.UTF_8);
      if (now.equals(text) && i > 2) {
        break;
      }
      text = now;
    }
    return text;
  }
}
