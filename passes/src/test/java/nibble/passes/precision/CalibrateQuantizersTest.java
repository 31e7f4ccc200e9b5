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

class CalibrateQuantizersTest {
  private static final WeightSource WEIGHTS = (key, type) -> random(type, key.hashCode());
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final Tensor SAMPLE = random(TensorType.of(Shape.of(6, 16), Formats.F32), 1);

  private static Tensor random(TensorType type, long seed) {
    Random random = new Random(seed);
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) random.nextGaussian();
    }
    return Tensor.of(type, elements);
  }

  private static Module module(String act) {
    Module module = IrText.module("""
        func @main(%x: tensor<[B,16] x f32>) {
          %w = weight {key = "w"} : tensor<[16,8] x f32>
          %y = relu %x : tensor<[B,16] x f32>
          %0 = matmul %y, %w {transposeB = false, to = f32} : tensor<[B,8] x f32> loc("m.nib":3:5 in a)
          return %0
        }
        """);
    return apply("quantize{weight=i8:channel, act=" + act + "}", module, context(SAMPLE));
  }

  private static PassContext context(Tensor sample) {
    return new PassContext(
        PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS).withInputs(ImmutableMap.of(
            "main", ImmutableList.of(sample))), "calibrate");
  }

  private static Module apply(String pipeline, Module module, PassContext context) {
    Module after = module;
    for (var pass : REGISTRY.parse(pipeline).passes()) {
      after = pass.run(after, context);
    }
    assertTrue(Verifier.check(after).isEmpty());
    return after;
  }

  private static Tensor run(Module module, Tensor x) {
    return new Interpreter(Mode.EXACT, WEIGHTS).run(module.functions().get("main"), List.of(x)).getFirst();
  }

  /** On the sample inputs themselves the largest magnitudes are those that the dynamic quantizer finds. */
  @Test
  void onTheSampleInputsStaticScalesAreTheDynamicOnes() {
    for (String act : List.of("i8:tensor", "e4m3:axis 1:f16", "i8:tensor:full", "e2m1:tensor:ue4m3:tensor f32")) {
      Module dynamic = module(act);
      Module fixed = apply("calibrate", dynamic, context(SAMPLE));
      assertTrue(!fixed.equals(dynamic), act);
      assertTrue(run(dynamic, SAMPLE).sameAs(run(fixed, SAMPLE)), act);
    }
  }

  @Test
  void otherInputsAreClippedAtTheRangeOfTheSample() {
    Module fixed = apply("calibrate", module("i8:tensor"), context(SAMPLE));
    double[] large = SAMPLE.elements().clone();
    large[0] = 1e6;
    large[1] = -5;
    double[] clipped = SAMPLE.elements().clone();
    double most = 0;
    for (double element : SAMPLE.elements()) {
      most = Math.max(most, (float) element);
    }
    clipped[0] = most;
    clipped[1] = 0;
    assertTrue(run(fixed, Tensor.of(SAMPLE.type(), clipped)).sameAs(run(fixed, Tensor.of(SAMPLE.type(), large))));
  }

  @Test
  void decisionsSayWhatIsClippedAndLost() {
    PassContext amax = context(SAMPLE);
    apply("calibrate", module("i8:tensor"), amax);
    assertTrue(amax.decisions().getFirst().text().contains(
        "scales of %y from amax of sample inputs, 0.000 % of the elements clipped"), amax.decisions()::toString);
    PassContext percentile = context(SAMPLE);
    apply("calibrate{range=percentile, share=0.9}", module("i8:tensor"), percentile);
    // Of 96 elements those above the 87th are beyond the range: 9 or 10, as the share is rounded.
    assertTrue(percentile.decisions().getFirst().text().matches(".*, (9\\.375|10\\.417) % of the elements clipped.*"),
        percentile.decisions()::toString);
    assertTrue(sqnr(percentile) < sqnr(amax));
  }

  @Test
  void theRangeOfLeastErrorIsNoWorse() {
    PassContext amax = context(SAMPLE);
    apply("calibrate", module("i4:tensor"), amax);
    PassContext mse = context(SAMPLE);
    apply("calibrate{range=mse}", module("i4:tensor"), mse);
    assertTrue(sqnr(mse) >= sqnr(amax), sqnr(mse) + " and " + sqnr(amax));
  }

  private static double sqnr(PassContext context) {
    return context.decisions().getFirst().cost().orElseThrow().sqnrDb().orElseThrow();
  }

  @Test
  void boxesThatDependOnTheRunStayDynamic() {
    Module module = module("i8:token");
    PassContext context = context(SAMPLE);
    assertEquals(module, apply("calibrate", module, context));
    assertEquals(List.of("there is a scale for each box of tensor<[B,16] x i8, scale<token, f32>>, "
        + "and their count depends on the sizes of a run"),
        context.decisions().stream().map(Decision::reason).toList());
  }

  @Test
  void whatIsNotFiniteIsNoRange() {
    double[] elements = SAMPLE.elements().clone();
    elements[3] = Double.POSITIVE_INFINITY;
    Module module = module("i8:tensor");
    PassContext context = context(Tensor.of(SAMPLE.type(), elements));
    assertEquals(module, apply("calibrate", module, context));
    assertEquals(List.of("the sample inputs lead to values that are not finite"),
        context.decisions().stream().map(Decision::reason).toList());
  }

  @Test
  void withoutSampleInputsItIsRefused() {
    PassContext context =
        new PassContext(PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS), "calibrate");
    assertEquals("calibrate has no sample inputs of @main",
        assertThrows(InputException.class, () -> apply("calibrate", module("i8:tensor"), context)).getMessage());
  }
}
