package sample.minilm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import nibble.codegen.assemble.AssemblerChoice;
import nibble.codegen.assemble.KernelResources;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.target.Targets;
import nibble.engine.compile.CompiledTarget;
import nibble.engine.compile.LowerModel;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.PreparedModel;
import nibble.engine.compile.Toolchain;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kernels of all recipes for all targets: an assembler takes them and spills no register, and their lines of PTX
 * say where in the model they come from. The built-in compiler judges up to sm_90a, {@code ptxas} what is newer.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AssembledPtxTest {
  private static final List<String> RECIPES = List.of("none", "f16", "bf16", "w8a8");
  private static final List<String> TARGETS = List.of("sm_80", "sm_89", "sm_90a", "sm_120a");
  private static final Pattern FILE = Pattern.compile("\\.file (\\d+) \"(.*)\"");
  private static final Pattern ENTRY = Pattern.compile("\\.visible \\.entry (\\w+)\\(?");
  private static final Pattern LOC = Pattern.compile("\\.loc (\\d+) (\\d+) (\\d+).*");

  private final Toolchain toolchain = Toolchain.withPlugins(List.of());
  private final AssemblerChoice assemblers = AssemblerChoice.ofThisMachine();
  private final Map<String, PreparedModel> prepared = new HashMap<>();

  @BeforeAll
  void prepare() {
    for (String recipe : RECIPES) {
      try (OpenModel model = Encoder.open(recipe, toolchain)) {
        prepared.put(recipe, PrepareModel.with(toolchain).prepare(model, Encoder.choice(recipe)));
      }
    }
  }

  static Stream<Arguments> cases() {
    return RECIPES.stream().flatMap(recipe -> TARGETS.stream().map(target -> Arguments.of(recipe, target)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void assemblesWithoutSpills(String recipe, String target) {
    CompiledTarget compiled = CompiledTarget.of(
        new LowerModel(toolchain), prepared.get(recipe), Targets.get(target), assemblers);
    assertLinesKnowTheirSource(compiled.ptx());
    switch (compiled.verdict()) {
      case Verdict.Assembled(String assembler, var cubin, var kernels, String log) -> {
        boolean isNew = target.equals("sm_120a");
        assertTrue(assembler.startsWith(isNew ? "ptxas" : "built-in PTX compiler"), assembler);
        assertEquals(
            Set.copyOf(compiled.program().kernels().stream().map(kernel -> kernel.name()).toList()),
            Set.copyOf(kernels.stream().map(KernelResources::kernel).toList()));
        kernels.forEach(kernel -> assertEquals(0, kernel.spillBytes(), kernel + "\n" + log));
        assertTrue(cubin.bytes().length > 1000);
      }
      case Verdict.Rejected rejected -> fail(rejected.describe());
      case Verdict.Skipped skipped -> {
        if (!target.equals("sm_120a")) {
          fail("the built-in compiler is on every machine: " + skipped.reason());
        }
        System.out.println("skipped " + recipe + " for " + target + ": " + skipped.reason());
        abort(skipped.reason());
      }
    }
  }

  private static void assertLinesKnowTheirSource(String ptx) {
    List<String> source = source();
    Set<Integer> lines = new TreeSet<>();
    // They stand behind the kernels.
    Map<String, String> files = FILE.matcher(ptx).results()
        .collect(Collectors.toMap(match -> match.group(1), match -> match.group(2)));
    Map<String, Integer> places = new HashMap<>();
    String entry = "";
    for (String line : ptx.lines().map(String::strip).toList()) {
      Matcher start = ENTRY.matcher(line);
      Matcher loc = LOC.matcher(line);
      if (start.lookingAt()) {
        entry = start.group(1);
        places.put(entry, 0);
      } else if (loc.matches()) {
        places.merge(entry, 1, Integer::sum);
        assertTrue(files.get(loc.group(1)).endsWith("minilm.nib"), files.toString());
        int number = Integer.parseInt(loc.group(2));
        lines.add(number);
        String text = source.get(number - 1);
        assertTrue(Integer.parseInt(loc.group(3)) <= text.length(), line);
        assertFalse(text.isBlank() || text.strip().startsWith("//"), number + ": " + text);
      }
    }
    places.forEach((kernel, count) -> assertTrue(count > 0, kernel + " has no places"));
    // Where attention multiplies, where it normalises, where a layer is linear, where the model ends.
    for (String part : List.of(
        "queries @ keys.T", "scores @ values", "x @ w + b", "layer_norm(x", "sqrt(max(sum(x * x")) {
      int number = 1 + source.indexOf(source.stream().filter(text -> text.contains(part)).findFirst().orElseThrow());
      assertTrue(lines.contains(number), part + " is in line " + number + ", PTX is of " + lines);
    }
  }

  private static List<String> source() {
    try {
      return new ArrayList<>(Files.readAllLines(Encoder.sample().model()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
