package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Throwables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sound inputs with random damage: the command ends as it is documented to, never with a bug, a stack trace or not at
 * all. The seeds are fixed; {@code -Dnibble.mutations=100000 -Dnibble.mutation.seed=5} looks further.
 */
class MutationTest {
  private static final int TRIES = Integer.getInteger("nibble.mutations", 600);
  private static final long SEED = Long.getLong("nibble.mutation.seed", 1);
  // Nothing here takes a second; what takes this long never ends.
  private static final Duration ENDLESS = Duration.ofSeconds(120);
  private static final Set<ExitCode> DOCUMENTED = Set.of(ExitCode.OK, ExitCode.CHECK_FAILED, ExitCode.COMPILE_ERROR);

  private static final int MOST_FAULTS = 8;
  private static final int MOST_LINES = 25;
  private static final List<String> KERNELS = List.of(SmallModel.PTX, Kernels.REDUCE, Kernels.CALL);

  @TempDir private static Path folder;
  private static List<String> models;
  private static List<String> modules;

  @BeforeAll
  static void readSeeds() throws IOException {
    models = List.of(SmallModel.TEXT, Files.readString(Path.of("../../samples/minilm/minilm.nib")), Models.LOOP);
    Path model = SmallModel.nib(folder);
    modules = List.of(
        SmallModel.IR, CommandRun.of("opt", model, "--recipe", "w8").ok().out(),
        CommandRun.of("opt", SmallModel.write(folder.resolve("loop.nib"), Models.LOOP)).ok().out());
  }

  /** What is done with a mutated file. */
  private interface Use {
    CommandRun of(Path file);
  }

  private static void mutate(String name, List<String> texts, boolean numbers, int tries, Use use) {
    mutate(name, texts, StandardCharsets.UTF_8, numbers, tries, use);
  }

  private static void mutate(
      String name, List<String> texts, Charset charset, boolean numbers, int tries, Use use) {
    // One of each kind is enough to be told.
    Map<String, String> faults = new LinkedHashMap<>();
    for (int i = 0; i < tries && faults.size() < MOST_FAULTS; i++) {
      long seed = SEED * 1_000_003 + i;
      Random random = new Random(seed);
      String text = new Mutator(random, texts, numbers).mutate(texts.get(random.nextInt(texts.size())));
      Path file = write(folder.resolve(name), text.getBytes(charset));
      fault(file, use).ifPresent(fault ->
          faults.putIfAbsent(kind(fault), name + ", seed " + seed + "\n" + fault + "\n" + text));
    }
    assertTrue(faults.isEmpty(), () -> faults.size() + " kinds of faults\n" + String.join("\n\n", faults.values()));
  }

  private static Path write(Path file, byte[] bytes) {
    try {
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> fault(Path file, Use use) {
    try {
      CommandRun run = assertTimeoutPreemptively(ENDLESS, () -> use.of(file));
      if (DOCUMENTED.stream().noneMatch(code -> code.code() == run.code())) {
        return Optional.of("ended with " + run.code() + "\n" + run.err() + trace(run));
      }
      run.requireNoTrace();
      return Optional.empty();
    } catch (RuntimeException | Error e) {
      return Optional.of(Throwables.getStackTraceAsString(e));
    }
  }

  /** The place in Nibble, where there is a trace. */
  private static String kind(String fault) {
    return fault.lines().filter(line -> line.contains("at nibble.")).findFirst().orElse(fault);
  }

  /** The file that a bug wrote, which is removed. */
  private static String trace(CommandRun run) {
    String words = "to reproduce it is in ";
    int at = run.err().indexOf(words);
    if (at < 0) {
      return "";
    }
    Path file = Path.of(run.err().substring(at + words.length()).lines().findFirst().orElseThrow());
    try {
      String text = Files.readString(file);
      Files.delete(file);
      return text.lines().filter(line -> line.startsWith("// ")).limit(MOST_LINES).collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void modelsAreFormatted() {
    mutate("a.nib", models, true, TRIES, file -> CommandRun.of("fmt", "--stdout", file));
  }

  @Test
  void modelsAreExplained() {
    // The real model is large; its damage is for the formatter.
    mutate("b.nib", List.of(SmallModel.TEXT, Models.LOOP), true, TRIES, file ->
        CommandRun.of("explain", file, "--passes", "quantize{weight=i8:channel},cse"));
  }

  @Test
  void recipesAreExplained() {
    Path model = SmallModel.nib(folder);
    List<String> recipes = List.of(
        "recipe r \"a\" {\n  quantize up, down { weight = i8:channel, act = i8:token }\n  cast { to = f16 }\n}\n",
        "recipe s \"b\" {\n  quantize {up,down} { weight = e4m3:block(1,128) }\n  specialize { B = 8 }\n}\n");
    mutate("c.nib", recipes, true, TRIES, file -> CommandRun.of("explain", model, "--recipe", file));
  }

  @Test
  void modelsRun() {
    mutate("d.nib", List.of(SmallModel.TEXT, Models.LOOP), false, TRIES / 4, file ->
        CommandRun.of("run", file, "--made-up", "--device", "interpreter", "--size", "B=2"));
  }

  @Test
  void modelsRunAsKernels() {
    mutate("e.nib", List.of(SmallModel.TEXT, Models.LOOP), false, TRIES / 20, file ->
        CommandRun.of("run", file, "--made-up", "--device", "emulator", "--verify"));
  }

  @Test
  void modulesAreOptimized() {
    mutate("f.ir", modules, true, TRIES, file ->
        CommandRun.of("opt", file, "--passes", "canonicalize,fold-constants,fold-dequantize,cse,dce"));
  }

  @Test
  void modulesRun() {
    mutate("g.ir", modules, false, TRIES / 4, file ->
        CommandRun.of("run", file, "--made-up", "--device", "interpreter"));
  }

  @Test
  void pipelinesRun() {
    Path model = SmallModel.nib(folder);
    List<String> pipelines = List.of(
        "canonicalize,quantize{at=[up, down], weight=i8:channel, act=i8:token},fold-constants,cse,dce",
        "specialize{B=8},cast{to=f16},fold-dequantize");
    mutate("h.txt", pipelines, true, TRIES, file -> CommandRun.of("opt", model, "--passes", read(file)));
  }

  @Test
  void weightsAreRead() throws IOException {
    Path model = SmallModel.nib(folder);
    // As Latin-1 each byte is a character.
    String weights = Files.readString(SmallModel.weights(folder), StandardCharsets.ISO_8859_1);
    mutate("k.safetensors", List.of(weights), StandardCharsets.ISO_8859_1, true, TRIES, file ->
        CommandRun.of("run", model, "--made-up", "--weights", file, "--device", "interpreter"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void kernelsAreChecked() {
    mutate("i.ptx", KERNELS, true, TRIES, file -> CommandRun.of("ptx", "check", file));
  }

  @Test
  void kernelsRun() {
    mutate("j.ptx", KERNELS, true, TRIES, file -> CommandRun.of(
        "ptx", "run", file, "--grid", "2", "--block", "32", "--step-limit", "20000", "--arg", "x:f32[64]=iota", "--arg",
        "y:f32[64]=iota", "--arg", "n:u32=64"));
  }
}
