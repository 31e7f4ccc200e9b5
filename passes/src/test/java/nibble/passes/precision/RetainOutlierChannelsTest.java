package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Random;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import nibble.ir.verify.Verifier;
import nibble.passes.Decision;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import org.junit.jupiter.api.Test;

class RetainOutlierChannelsTest {
  private static final WeightSource WEIGHTS = (key, type) -> random(type, key.hashCode(), 1);
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final Tensor SAMPLE = random(TensorType.of(Shape.of(6, 16), Formats.F32), 1, 50);
  private static final String WIDE = "weight=e4m3:channel, act=e4m3:token";
  private static final String NARROW = "quantize{weight=i4:channel, act=i4:token}";

  /** Normally distributed, but for channels 3 and 11. */
  private static Tensor random(TensorType type, long seed, double outliers) {
    Random random = new Random(seed);
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) (random.nextGaussian() * (i % 8 == 3 ? outliers : 1));
    }
    return Tensor.of(type, elements);
  }

  private static Module module() {
    return IrText.module("""
        func @main(%x: tensor<[B,16] x f32>) {
          %w = weight {key = "w"} : tensor<[16,8] x f32>
          %v = weight {key = "v"} : tensor<[4,16] x f32>
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,8] x f32> loc("m.nib":3:5 in a)
          %1 = matmul %x, %v {transposeB = true, to = f32} : tensor<[B,4] x f32> loc("m.nib":4:5 in b)
          return %0, %1
        }
        """);
  }

  private static PassContext context() {
    return new PassContext(
        PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS).withInputs(ImmutableMap.of(
            "main", ImmutableList.of(SAMPLE))), "retain-outliers");
  }

  private static Module apply(String pipeline, Module module, PassContext context) {
    Module after = module;
    for (var pass : REGISTRY.parse(pipeline).passes()) {
      after = pass.run(after, context);
    }
    assertTrue(Verifier.check(after).isEmpty());
    return after;
  }

  private static Tensor run(Module module, int result) {
    return new Interpreter(Mode.EXACT, WEIGHTS).run(module.functions().get("main"), List.of(SAMPLE)).get(result);
  }

  private static double sqnr(String pipeline, int result) {
    return Noise.decibels(Noise.ratio(
        run(module(), result).values(), run(apply(pipeline, module(), context()), result).values()));
  }

  @Test
  void theLargestChannelsMakeAProductOfTheirOwn() {
    PassContext context = context();
    Module after = apply("retain-outliers{share=0.1, multiple=1, " + WIDE + "}", module(), context);
    assertTrue(after.toString().contains("values=[3.0, 11.0]"), after.toString());
    assertEquals(2, context.decisions().size());
    assertTrue(context.decisions().getFirst().subject().matches(
        "2 of 16 channels of the input %x, with 99\\.\\d % of its energy, kept as e4m3:token x e4m3:channel"),
        context.decisions().getFirst().text());
  }

  /** Unquantized, the two products add up to the one that they were. */
  @Test
  void partsAddUpToTheWhole() {
    Module after = apply("retain-outliers{multiple=4}", module(), context());
    assertTrue(!after.equals(module()));
    for (int result = 0; result < 2; result++) {
      double[] whole = run(module(), result).values();
      double[] parts = run(after, result).values();
      for (int i = 0; i < whole.length; i++) {
        assertEquals(whole[i], parts[i], 1e-12 * Math.abs(whole[i]) + 1e-10);
      }
    }
  }

  @Test
  void withoutOutliersFewBitsAreEnough() {
    for (int result = 0; result < 2; result++) {
      double all = sqnr(NARROW, result);
      double retained = sqnr("retain-outliers{multiple=1, " + WIDE + "}," + NARROW, result);
      assertTrue(retained > all + 6, retained + " dB, and without outliers retained " + all);
    }
  }

  @Test
  void noShareChangesNothingAndTheWholeIsTheWideFormat() {
    assertEquals(module(), apply("retain-outliers{share=0, " + WIDE + "}", module(), context()));
    Module all = apply("retain-outliers{share=1, " + WIDE + "}", module(), context());
    Module wide = apply("quantize{" + WIDE + "}", module(), context());
    for (int result = 0; result < 2; result++) {
      assertTrue(run(wide, result).sameAs(run(all, result)));
    }
    assertEquals(all, apply(NARROW, all, context()), "nothing is left to be quantized");
  }

  @Test
  void layoutsThatDoNotFitAreSaid() {
    PassContext context = context();
    assertEquals(module(), apply("retain-outliers{act=f32:token}", module(), context));
    assertEquals(List.of("f32 is no narrower than f32", "f32 is no narrower than f32"),
        context.decisions().stream().map(Decision::reason).toList());
  }

  @Test
  void withoutSampleInputsItIsRefused() {
    PassContext none = new PassContext(PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS), "retain-outliers");
    assertEquals("retain-outliers has no sample inputs of @main",
        assertThrows(InputException.class, () -> apply("retain-outliers", module(), none)).getMessage());
  }

  @Test
  void optionsMustMakeSense() {
    for (String options : List.of("share=1.5", "share=-1", "multiple=0")) {
      assertThrows(InputException.class, () -> REGISTRY.parse("retain-outliers{" + options + "}"), options);
    }
  }
}
