package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import nibble.engine.file.NumpyArray;
import nibble.engine.file.NumpyFiles;
import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of several steps, each with what the one before left. */
class RunStepsTest {
  private static final String DELAYED = "quantize{weight=i8:channel, act=i8:tensor}, delay-scales{window=2}";
  @TempDir private Path folder;
  private Path model;
  private Path weights;

  @BeforeEach
  void writeModel() {
    model = SmallModel.nib(folder);
    weights = SmallModel.weights(folder);
    for (int step = 1; step <= 3; step++) {
      double factor = step;
      NumpyFiles.writeNpy(folder.resolve("x-" + step + ".npy"), HostTensor.encode(Tensor.generate(
          TensorType.of(Shape.of(3, 16), Formats.F32), i -> Formats.F32.round(factor * Math.sin(i)))));
    }
  }

  private CommandRun run(Object... more) {
    Object[] all = new Object[more.length + 8];
    System.arraycopy(new Object[] {
        "run", model, "--weights", weights, "--passes", DELAYED, "--device", "emulator"}, 0, all, 0, 8);
    System.arraycopy(more, 0, all, 8, more.length);
    return CommandRun.of(all);
  }

  private byte[] saved(String name) {
    return NumpyArray.read(folder.resolve(name)).bytes();
  }

  /** Scales of a first step know nothing; those of the next know the first. */
  @Test
  void everyStepIsProvenAndKnowsTheOnesBefore() {
    JsonNode report = run("--made-up", "--steps", 3, "--verify", "--json").ok().json();
    assertTrue(report.get("verified").booleanValue());
    assertEquals(3, report.get("steps").size());
    assertEquals(2, report.get("state").intValue());
    int launches = 0;
    for (JsonNode step : report.get("steps")) {
      assertEquals(step.get("launches").intValue(), step.get("proven").intValue());
      launches += step.get("launches").intValue();
    }
    assertEquals(launches, report.get("launches").intValue());
    assertEquals(launches, report.get("kernels").size());
    assertEquals(3, report.get("kernels").get(launches - 1).get("step").intValue());
    assertTrue(sqnr(report, 0) + 10 < sqnr(report, 1), () -> sqnr(report, 0) + " and " + sqnr(report, 1));
    assertEquals(report.get("outputs"), report.get("steps").get(2).get("outputs"));
    assertFalse(report.get("outputs").equals(report.get("steps").get(1).get("outputs")), "made-up inputs are others");
  }

  private static double sqnr(JsonNode report, int step) {
    return report.get("steps").get(step).get("quantization").get("sqnrDb").doubleValue();
  }

  /** Three steps at once are three commands that hand on their state. */
  @Test
  void stateGoesThroughAFile() {
    run("--input", "x=" + folder.resolve("x-{step}.npy"), "--steps", 3, "--save",
        "out=" + folder.resolve("at-once-{step}.npy"), "--state", folder.resolve("at-once.safetensors")).ok();
    for (int step = 1; step <= 3; step++) {
      String text = run("--input", "x=" + folder.resolve("x-" + step + ".npy"), "--save",
          "out=" + folder.resolve("single.npy"), "--state", folder.resolve("state.safetensors")).ok().out();
      assertTrue(text.contains("state       2 tensors for the next step\n"), text);
      assertArrayEquals(saved("at-once-" + step + ".npy"), saved("single.npy"), "step " + step);
    }
    assertEquals(-1, mismatch("at-once.safetensors", "state.safetensors"));
  }

  @Test
  void theInterpreterTakesTheSameSteps() {
    String[] names = {"emulator", "interpreter"};
    for (String device : names) {
      CommandRun.of("run", model, "--weights", weights, "--passes", DELAYED, "--device", device, "--steps", 3,
          "--input", "x=" + folder.resolve("x-{step}.npy"), "--save", "out=" + folder.resolve(device + ".npy")).ok();
    }
    float[][] outputs = new float[2][48];
    for (int i = 0; i < 2; i++) {
      ByteBuffer.wrap(saved(names[i] + ".npy")).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(outputs[i]);
    }
    // A code may be its neighbour where a sum is rounded otherwise.
    assertArrayEquals(outputs[1], outputs[0], 0.05f);
  }

  private long mismatch(String one, String other) {
    try {
      return Files.mismatch(folder.resolve(one), folder.resolve(other));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void textHasALineForEachStep() {
    String text = run("--made-up", "--steps", 2, "--verify").ok().out();
    assertTrue(text.matches(
        "(?s).*\nsteps       1: \\d+ launches, cosine 0\\.\\d+, SQNR \\d+\\.\\d dB\n            2: .*"), text);
    assertFalse(run("--made-up").ok().out().contains("\nsteps "));
  }

  @Test
  void thereIsOneStepOrMore() {
    run("--made-up", "--steps", 0)
        .failed(ExitCode.USAGE, "--steps 0: a run has one step or more", "give a number of steps");
  }

  @Test
  void aModelWithoutStateHasNoneToSave() {
    CommandRun.of("run", model, "--made-up", "--device", "emulator", "--state", folder.resolve("s.safetensors")).failed(
        ExitCode.COMPILE_ERROR, "@main keeps no state from one step to the next",
        "without one of them leave --state out");
    assertFalse(Files.exists(folder.resolve("s.safetensors")));
  }

  @Test
  void aFileWithoutStateIsRefusedAndStays() {
    run("--made-up", "--state", weights).failed(
        ExitCode.COMPILE_ERROR, "small.safetensors: it holds no state of a run", "name a file that --state has saved");
    CommandRun.of("run", model, "--weights", weights, "--made-up", "--device", "emulator").ok();
  }

  @Test
  void stateOfAnotherRecipeIsRefused() {
    Path state = folder.resolve("s.safetensors");
    run("--made-up", "--state", state).ok();
    CommandRun.of("run", model, "--made-up", "--device", "emulator", "--state", state, "--passes",
        "quantize{at=up, weight=i8:channel, act=i8:tensor}, delay-scales{window=2}").failed(
        ExitCode.COMPILE_ERROR, "there are 2 tensors of state, but the model has 1 after its passes",
        "one model and one recipe");
    CommandRun.of("run", model, "--made-up", "--device", "emulator", "--state", state, "--passes",
        "quantize{weight=i8:channel, act=i8:tensor}, delay-scales{window=3}").failed(
        ExitCode.COMPILE_ERROR,
        "state0 is a tensor<[2,1,1] x f32>, but on these inputs the model takes a tensor<[3,1,1] x f32>",
        "some of it of one size of the inputs");
  }
}
