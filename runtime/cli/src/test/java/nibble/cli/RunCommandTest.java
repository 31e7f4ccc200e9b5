package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nibble.engine.file.NumpyArray;
import nibble.engine.file.NumpyFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunCommandTest {
  @TempDir private Path folder;
  private Path model;
  private Path weights;

  @BeforeEach
  void writeModel() {
    model = SmallModel.nib(folder);
    weights = SmallModel.weights(folder);
  }

  private Path input(long rows, long columns) {
    Path file = folder.resolve("x" + rows + "x" + columns + ".npy");
    NumpyFiles.writeNpy(file, SmallModel.tensor(rows, columns));
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {"emulator", "interpreter"})
  void savesTheOutputThatItShows(String device) {
    Path saved = folder.resolve("out.npy");
    JsonNode output = CommandRun.of(
        "run", model, "--weights", weights, "--input", "x=" + input(3, 16), "--device", device,
        "--save", "out=" + saved, "--json").ok().json().get("outputs").get(0);
    NumpyArray array = NumpyArray.read(saved);
    assertEquals(List.of(3L, 16L), array.shape());
    assertEquals("f4", array.kind());
    float[] values = floats(array);
    assertEquals("out", output.get("name").textValue());
    for (int i = 0; i < output.get("first").size(); i++) {
      assertEquals(output.get("first").get(i).doubleValue(), values[i]);
    }
    float max = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      max = Math.max(max, value);
    }
    assertEquals(output.get("max").doubleValue(), max);
  }

  @Test
  void textShowsInputsAndOutputs() {
    String text = CommandRun.of(
        "run", model, "--weights", weights, "--input", "x=" + input(3, 16), "--device", "emulator").ok().out();
    assertTrue(text.contains("inputs      x: tensor<[3,16] x f32>\n"), text);
    assertTrue(text.contains("outputs     out: tensor<[3,16] x f32> = "), text);
  }

  private static float[] floats(NumpyArray array) {
    float[] values = new float[array.bytes().length / Float.BYTES];
    ByteBuffer.wrap(array.bytes()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  @Test
  void verifiedRunAsJsonKeepsItsContract() {
    JsonNode report = CommandRun.of(
        "run", model, "--weights", weights, "--input", "x=" + input(3, 16), "--device", "emulator", "--recipe", "w8",
        "--target", "sm_80", "--verify", "--json").ok().json();
    assertEquals(model.toString(), report.get("model").textValue());
    assertEquals("w8", report.get("recipe").textValue());
    assertEquals("emulator", report.get("device").textValue());
    assertEquals("sm_80", report.get("target").textValue());
    assertTrue(report.get("verified").isBoolean());
    assertTrue(report.get("verified").booleanValue());
    assertEquals(4, report.get("kernels").size());
    for (JsonNode kernel : report.get("kernels")) {
      assertTrue(kernel.get("name").isTextual());
      assertTrue(kernel.get("op").isTextual());
      assertTrue(kernel.get("source").textValue().startsWith(model + ":"), kernel::toString);
      assertExtents(kernel.get("grid"));
      assertExtents(kernel.get("block"));
      assertTrue(kernel.get("sharedBytes").isIntegralNumber());
      assertTrue(kernel.get("maxError").doubleValue() <= kernel.get("bound").doubleValue(), kernel::toString);
      assertTrue(kernel.get("ok").booleanValue());
    }
    JsonNode quantization = report.get("quantization");
    assertTrue(quantization.get("cosine").doubleValue() > 0.99, quantization::toString);
    assertTrue(quantization.get("sqnrDb").isNumber());
    assertTrue(quantization.get("maxAbsError").doubleValue() > 0, "INT8 costs something");
    assertEquals(1, report.get("outputs").size());
    assertEquals("tensor<[3,16] x f32>", report.get("outputs").get(0).get("type").textValue());
    assertTrue(report.get("seconds").isObject());
    report.get("seconds").forEach(seconds -> assertTrue(seconds.isNumber()));
  }

  /** Affine codes of every width, multiplied as they are or as what they stand for. */
  @ParameterizedTest
  @ValueSource(strings = {
      "quantize{weight=i16:channel:f32:zero(i16), act=i16:token:f32:zero(i16)}",
      "quantize{weight=i4:group 16:f16:zero(i4), act=i4:group 16:f16:zero(i8)}",
      "quantize{weight=u4:group 16:f16:zero(u4)}, cast{to=f16}",
      "quantize{weight=u4:group 16:f16:zero(u4), act=u4:group 16:f16:zero(u4)}",
      "quantize{weight=u2:channel:f32:zero(u8), act=u4:token:f32:zero(u8)}"})
  void affineCodesAreProven(String passes) {
    JsonNode report = CommandRun.of(
        "run", model, "--weights", weights, "--input", "x=" + input(3, 16), "--device", "emulator", "--passes", passes,
        "--verify", "--json").ok().json();
    assertTrue(report.get("verified").booleanValue());
  }

  /** The reason with the place in the model, and what to do. */
  @Test
  void codesThatNoKernelMakesAreRefusedWithTheReason() {
    CommandRun.of(
        "run", model, "--weights", weights, "--input", "x=" + input(3, 16), "--device", "emulator", "--passes",
        "quantize{weight=f16:channel:f32, act=f16:token:f32:stochastic(7,0)}").failed(
        ExitCode.COMPILE_ERROR, "no kernel rounds codes of f16 by stochastic(7,0)", "small.nib:14", "^");
  }

  /** One table of what each op costs: accuracy, bytes, modelled time, beside the model as it is written. */
  @Test
  void costsOfOpsStandInOneTable() {
    String passes = "sparsify{weight=2:4, if-pays=false}, cast{to=bf16}, compress-weights";
    CommandRun run = CommandRun.of(
        "run", model, "--weights", weights, "--input", "x=" + input(3, 16), "--device", "emulator", "--passes", passes,
        "--target", "sm_89", "--verify", "--json");
    JsonNode modelled = run.ok().json().get("modelled");
    assertEquals("RTX-4090", modelled.get("part").textValue());
    double bytes = 0;
    double microseconds = 0;
    int launches = 0;
    for (JsonNode op : modelled.get("ops")) {
      bytes += op.get("bytes").doubleValue();
      microseconds += op.get("modelledMicroseconds").doubleValue();
      launches += op.get("launches").intValue();
      if (!op.get("weights").textValue().isEmpty()) {
        assertEquals("bf16 2:4", op.get("weights").textValue());
        assertTrue(op.get("leastSqnrDb").doubleValue() > 0, op::toString);
        assertTrue(op.get("writtenBytes").doubleValue() > op.get("bytes").doubleValue(), op::toString);
        assertTrue(op.get("denseMicroseconds").doubleValue() > 2, op::toString);
      }
    }
    JsonNode total = modelled.get("total");
    assertEquals(run.json().get("launches").intValue(), launches);
    assertEquals(launches, total.get("launches").intValue());
    assertEquals(bytes, total.get("bytes").doubleValue(), 1e-6);
    assertEquals(microseconds, total.get("modelledMicroseconds").doubleValue(), 1e-6);
    assertEquals(run.json().get("quantization").get("sqnrDb"), total.get("leastSqnrDb"));
  }

  @Test
  void costsAreCalledModelled() {
    String text = CommandRun.of("run", model, "--made-up", "--device", "emulator", "--recipe", "w8").ok().out();
    assertTrue(text.contains("costs of ops; bytes and times are modelled for A100 (sm_80), not measured\n"), text);
    assertTrue(text.contains("\nup    "), text);
    assertTrue(text.contains("\ntotal "), text);
  }

  private static void assertExtents(JsonNode extents) {
    assertEquals(3, extents.size());
    extents.forEach(extent -> assertTrue(extent.isIntegralNumber() && extent.intValue() >= 1));
  }

  @Test
  void verifiedRunAsTextSaysSo() {
    String text = CommandRun.of("run", model, "--made-up", "--device", "emulator", "--verify").ok().out();
    assertTrue(text.contains("2 of 2 launches proven"), text);
    assertTrue(text.endsWith("verified\n"), text);
  }

  @Test
  void assemblerTellsRegistersWhereThereIsOne() {
    JsonNode report = CommandRun.of(
        "run", model, "--made-up", "--device", "emulator", "--verify", "--assemble", "--json").ok().json();
    assertTrue(report.get("assembler").isTextual());
    for (JsonNode kernel : report.get("kernels")) {
      // Where no assembler could judge, the report says "skipped" instead.
      assertTrue(kernel.has("ptxas") != report.get("assembler").textValue().startsWith("skipped"));
      if (kernel.has("ptxas")) {
        assertTrue(kernel.get("ptxas").get("registers").isIntegralNumber());
        assertTrue(kernel.get("ptxas").get("spillBytes").isIntegralNumber());
      }
    }
  }

  @Test
  void madeUpInputsAreThoseOfTheSeed() {
    String first = CommandRun.of("run", "--made-up", model, "--device", "interpreter", "--json").ok().json()
        .get("outputs").toString();
    assertEquals(first, CommandRun.of("run", model, "--device", "interpreter", "--json", "--made-up").ok().json()
        .get("outputs").toString());
    assertEquals(first, CommandRun.of("run", "--made-up=1", model, "--device", "interpreter", "--json").ok().json()
        .get("outputs").toString());
    assertFalse(first.equals(
        CommandRun.of("run", "--made-up=2", model, "--device", "interpreter", "--json").ok().json()
            .get("outputs").toString()));
  }

  @Test
  void sizesAreFixed() {
    JsonNode report = CommandRun.of(
        "run", model, "--made-up", "--size", "B=5", "--device", "emulator", "--json").ok().json();
    assertEquals("tensor<[5,16] x f32>", report.get("outputs").get(0).get("type").textValue());
  }

  @Test
  void reportIsAPage() throws IOException {
    Path page = folder.resolve("report.html");
    CommandRun.of("run", model, "--made-up", "--device", "emulator", "--verify", "--report", page).ok();
    String html = Files.readString(page);
    assertTrue(html.startsWith("<!doctype html>"), html);
    assertTrue(html.contains("<p class=\"yes\">verified</p>"), html);
    assertEquals(html.split("<tr class=\"bad\">", -1).length, 1, "no launch is marked");
  }

  @Test
  void passesThatLookAtSamplesSeeMadeUpWeights() {
    CommandRun.of("run", model, "--made-up", "--device", "interpreter", "--passes", "smooth{},cast{to=f16}").ok();
  }

  @Test
  void validationSaysWhatEachPassKeeps() {
    CommandRun.of("run", model, "--made-up", "--device", "interpreter", "--recipe", "w8", "--validate").ok();
  }

  @Test
  void textFormRunsToo() {
    Path ir = SmallModel.write(folder.resolve("twice.ir"), SmallModel.IR);
    String text = CommandRun.of("run", ir, "--made-up", "--device", "emulator", "--verify").ok().out();
    assertTrue(text.endsWith("verified\n"), text);
  }

  @Test
  void optionsThatContradictAreUsageErrors() {
    CommandRun.of("run", model, "--recipe", "w8", "--passes", "cse").failed(ExitCode.USAGE, "exclude each other");
  }

  @Test
  void interpreterProvesNothing() {
    CommandRun.of("run", model, "--made-up", "--device", "interpreter", "--verify")
        .failed(ExitCode.COMPILE_ERROR, "the interpreter launches no kernels", "--device emulator");
  }
}
