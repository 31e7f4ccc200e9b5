package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import nibble.codegen.assemble.AssemblerChoice;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.target.PtxVersion;
import nibble.codegen.target.Targets;
import nibble.engine.file.NumpyFiles;
import nibble.engine.file.WeightFile;
import nibble.ir.TensorType;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompileCommandTest {
  @TempDir private Path folder;

  static List<String> names(Path of) throws IOException {
    try (Stream<Path> files = Files.list(of)) {
      return List.copyOf(new TreeSet<>(files.map(file -> file.getFileName().toString()).toList()));
    }
  }

  @Test
  void writesIrPtxAndPlanForEachTarget() throws IOException {
    Path out = folder.resolve("new/out");
    String text = CommandRun.of(
        "compile", SmallModel.nib(folder), "--target", "sm_80,sm_90a", "-o", out, "--recipe", "w8").ok().out();
    assertTrue(text.endsWith("written to " + out + "\n"), text);
    for (String target : List.of("sm_80", "sm_90a")) {
      String stem = "small." + target;
      assertTrue(
          names(out).containsAll(List.of(stem + ".ptx", stem + ".tile", stem + ".plan.json")), names(out)::toString);
      String ptx = Files.readString(out.resolve("small." + target + ".ptx"));
      assertTrue(ptx.contains(".target " + target), "its target");
      assertTrue(ptx.contains(".file") && ptx.contains("small.nib"), "its source");
      Verdict verdict = AssemblerChoice.ofThisMachine()
          .assemble(ptx, Targets.get(target), PtxVersion.parse(ptx.lines()
              .filter(line -> line.startsWith(".version")).findFirst().orElseThrow().substring(9).strip()));
      assertEquals(verdict instanceof Verdict.Assembled, names(out).contains("small." + target + ".cubin"));
      CommandRun.of("ptx", "check", out.resolve("small." + target + ".ptx")).ok();
    }
    assertTrue(names(out).containsAll(List.of("small.ir", "report.json")), names(out)::toString);
    String ir = CommandRun.of("opt", out.resolve("small.ir")).ok().out();
    assertEquals(Files.readString(out.resolve("small.ir")), ir, "the IR reads back");
  }

  /** The saved weights and the model that reads them give the same bits as the model with its recipe. */
  @Test
  void savedWeightsAreThoseOfTheRecipe() throws IOException {
    Path out = folder.resolve("out");
    Path saved = folder.resolve("small.saved.safetensors");
    // As of a recipe: what runs without one is cleaned up in the same way, and nothing is left to do then.
    String passes = "canonicalize, sparsify{at=up, weight=8:2:8, if-pays=false}, sparsify{at=down, weight=2:4, "
        + "transposable=true, if-pays=false}, quantize{weight=i8:channel, act=i8:token}, compress-weights, "
        + "fold-constants, canonicalize, fold-dequantize, cse, dce";
    Path model = SmallModel.nib(folder);
    Path weights = SmallModel.weights(folder);
    CommandRun.of("compile", model, "--weights", weights, "--target", "sm_80", "-o", out, "--passes", passes,
        "--save-weights", saved).ok();
    try (WeightFile file = WeightFile.open(saved)) {
      List<String> types = file.names().stream().filter(name -> name.endsWith(".weight"))
          .map(name -> file.type(name).orElseThrow().toString()).toList();
      assertEquals(List.of(
          "tensor<[16,32] x i8, scale<axis 0, f32>, sparse<2:4>>",
          "tensor<[32,16] x i8, scale<axis 0, f32>, sparse<8:2:8>>"),
          types);
      // As plain numbers: two of eight are left of each row, at most.
      double[] values = file.weight("up.weight", TensorType.of(Shape.of(32, 16), Formats.F32)).elements();
      assertTrue(Arrays.stream(values).filter(value -> value != 0).count() <= 32 * 16 / 4);
    }
    Path input = folder.resolve("x.npy");
    NumpyFiles.writeNpy(input, SmallModel.tensor(3, 16));
    Path expected = folder.resolve("expected.npy");
    Path actual = folder.resolve("actual.npy");
    CommandRun.of(
        "run", model, "--weights", weights, "--input", "x=" + input, "--device", "emulator", "--passes", passes,
         "--save", "out=" + expected).ok();
    CommandRun.of("run", out.resolve("small.frozen.ir"), "--weights", saved, "--input", "x=" + input, "--device",
        "emulator", "--save", "out=" + actual).ok();
    assertArrayEquals(Files.readAllBytes(expected), Files.readAllBytes(actual));
  }

  @Test
  void planNamesWhatIsLaunchedOnWhat() throws IOException {
    Path out = folder.resolve("out");
    CommandRun.of("compile", SmallModel.nib(folder), "--target", "sm_80", "-o", out).ok();
    JsonNode plan = JsonMapper.builder().build().readTree(out.resolve("small.sm_80.plan.json").toFile());
    assertEquals("x", plan.get("inputs").get(0).get("name").textValue());
    assertEquals(4, plan.get("constants").size());
    assertEquals(plan.get("kernels").size(), plan.get("launches").size());
    for (JsonNode launch : plan.get("launches")) {
      assertTrue(launch.get("source").textValue().contains("small.nib:"), launch::toString);
      assertTrue(launch.get("buffers").size() >= 3, launch::toString);
    }
  }

  @Test
  void reportAsJson() throws IOException {
    Path out = folder.resolve("out");
    JsonNode report = CommandRun.of(
        "compile", SmallModel.nib(folder), "--target", "sm_80", "--target", "sm_89", "-o", out, "--json").ok().json();
    assertEquals("none", report.get("recipe").textValue());
    assertEquals(2, report.get("targets").size());
    for (JsonNode target : report.get("targets")) {
      assertTrue(target.has("assembler") || target.has("skipped"), target::toString);
      assertEquals(2, target.get("kernels").size());
      assertTrue(target.get("kernels").get(0).get("sharedBytes").isIntegralNumber());
    }
    assertTrue(report.get("seconds").isObject());
    assertEquals(
        names(out), Stream.of(report.get("files")).flatMap(files -> files.valueStream())
            .map(file -> Path.of(file.textValue()).getFileName().toString()).sorted().toList());
  }

  @Test
  void nothingIsWrittenWhereSomethingFails() {
    Path out = folder.resolve("a/b");
    CommandRun.of("compile", SmallModel.nib(folder), "--target", "sm_80,sm_81", "-o", out)
        .failed(ExitCode.USAGE, "unknown target 'sm_81'", "did you mean 'sm_80'");
    CommandRun.of("compile", SmallModel.nib(folder), "--target", "sm_80", "-o", out, "--recipe", "w9")
        .failed(ExitCode.COMPILE_ERROR, "there is no recipe 'w9'", "did you mean 'w8'?");
    assertFalse(Files.exists(folder.resolve("a")));
  }

  @Test
  void whatWasThereStaysWhereOneFileCantBeWritten() throws IOException {
    Path out = Files.createDirectories(folder.resolve("out"));
    SmallModel.write(out.resolve("small.ir"), "before");
    Files.createDirectories(out.resolve("small.sm_80.ptx"));
    CommandRun.of("compile", SmallModel.nib(folder), "--target", "sm_80", "-o", out)
        .failed(ExitCode.COMPILE_ERROR, out.resolve("small.sm_80.ptx") + ": can't be written: it is a folder");
    assertEquals(List.of("small.ir", "small.sm_80.ptx"), names(out));
    assertEquals("before", Files.readString(out.resolve("small.ir")));
  }

  @Test
  void folderThatIsAFileIsRefused() throws IOException {
    Path file = SmallModel.write(folder.resolve("file"), "before");
    CommandRun.of("compile", SmallModel.nib(folder), "--target", "sm_80", "-o", file.resolve("x/y"))
        .failed(ExitCode.COMPILE_ERROR, "the folder can't be made: " + file + " is a file");
    assertEquals("before", Files.readString(file));
  }

  @Test
  void targetAndFolderMustBeNamed() {
    CommandRun.of("compile", SmallModel.nib(folder), "--target", "sm_80").failed(ExitCode.USAGE, "--output");
    CommandRun.of("compile", SmallModel.nib(folder), "-o", folder).failed(ExitCode.USAGE, "--target");
  }

  @Test
  void assemblerThatIsNoneIsRefused() {
    Path none = SmallModel.write(folder.resolve("ptxas"), "");
    CommandRun.of("compile", SmallModel.nib(folder), "--target", "sm_80", "-o", folder.resolve("o"), "--ptxas", none)
        .failed(ExitCode.COMPILE_ERROR, none + ": it is no ptxas");
  }

  /** Static scales are constants of the program, so a compiler needs the inputs that they come from. */
  @Test
  void calibratedModelsCompileOnMadeUpInputs() throws IOException {
    Path out = folder.resolve("out");
    String passes = "canonicalize,quantize{weight=i8:channel, act=i8:tensor},calibrate,fold-dequantize,dce";
    CommandRun.of("compile", SmallModel.nib(folder), "--target", "sm_80", "-o", out, "--passes", passes)
        .failed(ExitCode.COMPILE_ERROR, "calibrate has no sample inputs of @main");
    CommandRun.of(
        "compile", SmallModel.nib(folder), "--target", "sm_80", "-o", out, "--passes", passes, "--made-up").ok();
    assertTrue(Files.readString(out.resolve("small.ir")).contains("scales %"), "static scales");
  }
}
