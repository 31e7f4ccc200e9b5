package nibble.engine.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.target.Targets;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.PreparedModel;
import nibble.engine.compile.ReadModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.compile.Toolchain;
import nibble.engine.device.DeviceRequest;
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.ModelOptions;
import nibble.engine.verify.KernelCheck;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import nibble.passes.validate.SampleData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunModelTest {
  private static final String MODEL = """
      model tiny "two layers" {
        size B
        layer[i in 0..2]: Linear at "layer.{i}"

        fn main(x: f32[B, 32]) -> f32[B, 32] {
          var y = x
          for i in 0..2 { y = gelu(layer[i](y)) }
          return y
        }
      }

      block Linear {
        weight w: f32[32, 32]
        weight b: f32[32]

        fn forward(x: f32[.., 32]) -> f32[.., 32] { return x @ w + b }
      }

      recipe w8a8 "INT8" {
        quantize layer[*] { weight = i8:channel, act = i8:token }
      }
      """;

  private final Toolchain toolchain = Toolchain.withPlugins(List.of());
  @TempDir private Path folder;

  private PreparedModel prepare(RecipeChoice choice) throws IOException {
    Path file = Files.writeString(folder.resolve("tiny.nib"), MODEL);
    OpenModel model = ReadModel.read(
        ModelArgument.resolve(file, ModelOptions.NONE), choice, toolchain, ReadModel.Weights.IF_PRESENT);
    return PrepareModel.with(toolchain).prepare(model, choice);
  }

  private RunReport run(PreparedModel model, RunOptions options) {
    TensorType type = TensorType.of(Shape.of(5, 32), Formats.F32);
    ModelInputs inputs = new ModelInputs(
        ImmutableList.of(Tensor.generate(type, i -> Formats.F32.round(Math.sin(i)))),
        ImmutableList.of());
    return new RunModel(toolchain, new SampleData(1).weights()).run(model, inputs, options, new Phases(Progress.NONE));
  }

  private static RunOptions options(DeviceRequest device, boolean verify, boolean assemble) {
    return new RunOptions(device, Optional.empty(), verify, assemble, Optional.empty());
  }

  @Test
  void aRunIsProvenAndTellsWhatPrecisionCost() throws IOException {
    RunReport report = run(
        prepare(new RecipeChoice.Named("w8a8")), options(new DeviceRequest.Emulator(), true, true));
    assertEquals("emulator", report.device());
    assertEquals(Optional.of(RunModel.EMULATED_TARGET), report.target());
    assertEquals(Optional.of(true), report.verified());
    assertEquals(Optional.empty(), report.wrong());
    assertEquals(report.launches(), report.checks().orElseThrow().size());
    assertTrue(report.checks().orElseThrow().stream().allMatch(KernelCheck::isProven));
    assertEquals(2, report.cost().orElseThrow().products().size());
    double cosine = report.cost().orElseThrow().outputs().getFirst().cosine();
    assertTrue(cosine > 0.999 && cosine < 1, "cosine " + cosine);
    assertTrue(report.assembly().orElseThrow() instanceof Verdict.Assembled assembled && assembled.spillBytes() == 0,
        report.assembly().toString());
    assertTrue(report.seconds().keySet().containsAll(
        List.of("compile kernels", "run and prove", "compare", "assemble")));
  }

  @Test
  void withoutAProofNothingIsSaidOfIt() throws IOException {
    RunReport report = run(prepare(new RecipeChoice.None()), options(new DeviceRequest.Emulator(), false, false));
    assertEquals(Optional.empty(), report.verified());
    assertEquals(Optional.empty(), report.checks());
    assertEquals(Optional.empty(), report.cost());
    assertEquals(Optional.empty(), report.assembly());
    assertTrue(report.launches() > 0);
  }

  @Test
  void theInterpreterGivesTheSameResults() throws IOException {
    PreparedModel model = prepare(new RecipeChoice.None());
    RunReport kernels = run(model, options(new DeviceRequest.Emulator(), false, false));
    RunReport interpreted = run(model, options(new DeviceRequest.Interpreter(), false, false));
    assertEquals("interpreter", interpreted.device());
    assertEquals(Optional.empty(), interpreted.target());
    assertEquals(0, interpreted.launches());
    assertArrayEquals(
        interpreted.outputs().getFirst().elements(), kernels.outputs().getFirst().elements(), 1e-4);
  }

  @Test
  void theInterpreterHasNoKernelsToBeProven() throws IOException {
    PreparedModel model = prepare(new RecipeChoice.None());
    InputException refused = assertThrows(
        InputException.class, () -> run(model, options(new DeviceRequest.Interpreter(), true, false)));
    assertTrue(refused.getMessage().contains("launches no kernels"), refused.getMessage());
  }

  @Test
  void theMachineStandsForTheTargetThatIsAskedFor() throws IOException {
    RunReport report = run(prepare(new RecipeChoice.None()), new RunOptions(
        new DeviceRequest.Emulator(), Optional.of(Targets.get("sm_90a")), true, false, Optional.empty()));
    assertEquals(Optional.of("sm_90a"), report.target());
    assertEquals(Optional.of(true), report.verified());
  }
}
