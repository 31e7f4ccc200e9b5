package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Shape;
import nibble.ir.verify.Verifier;
import nibble.passes.Decision;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import org.junit.jupiter.api.Test;

class AddFallbackLevelsTest {
  private static final WeightSource WEIGHTS = (key, type) -> random(type, key.hashCode());
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final Tensor SAMPLE = sample();

  private static Tensor random(TensorType type, long seed) {
    Random random = new Random(seed);
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) random.nextGaussian();
    }
    return Tensor.of(type, elements);
  }

  /** Eight boxes of 4 x 16; outliers of 40 and 30 in two of them. */
  private static Tensor sample() {
    Tensor tensor = random(TensorType.of(Shape.of(16, 32), Formats.F32), 1);
    tensor.elements()[5] = 40;
    tensor.elements()[9 * 32 + 20] = -30;
    return tensor;
  }

  private static final String PRODUCT = """
      func @main(%x: tensor<[B,32] x f32>) {
        %w = weight {key = "w"} : tensor<[32,16] x f32>
        %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,16] x f32> loc("m.nib":3:5 in a)
        return %0
      }
      """;

  private static PassContext context() {
    return new PassContext(PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS).withInputs(
        ImmutableMap.of("main", ImmutableList.of(SAMPLE))), "fallback");
  }

  private static Module apply(String pipeline, Module module, PassContext context) {
    Module after = module;
    for (var pass : REGISTRY.parse(pipeline).passes()) {
      after = pass.run(after, context);
    }
    assertTrue(Verifier.check(after).isEmpty());
    return after;
  }

  private static Module quantized(String act) {
    return apply("quantize{weight=i8:channel, act=" + act + "}", IrText.module(PRODUCT), context());
  }

  private static Tensor run(Module module) {
    return new Interpreter(Mode.EXACT, WEIGHTS).run(module.functions().get("main"), List.of(SAMPLE)).getFirst();
  }

  private static List<Optional<Double>> thresholds(Module module) {
    List<Optional<Double>> thresholds = new ArrayList<>();
    module.functions().get("main").body().walk(operation -> {
      if (operation.op() instanceof Quantize quantize && quantize.result().residual().isPresent()) {
        thresholds.add(quantize.fallback());
      }
    });
    return thresholds;
  }

  @Test
  void aShareIsThatOfTheBoxesOfTheSampleInputs() {
    PassContext context = context();
    Module after = apply("fallback{share=0.25}", quantized("i8:block(4,16)"), context);
    Decision decision = context.decisions().getFirst();
    assertTrue(decision.subject().contains("2 of 8 boxes (25.0 %)"), decision::text);
    assertTrue(decision.subject().contains("1.25 times its tensor operations"), decision::text);
    double threshold = thresholds(after).getFirst().orElseThrow();
    assertTrue(threshold > 1 && threshold < 10, "threshold " + threshold);
    // Between the boxes with outliers and the others there is no other threshold that says more.
    assertTrue(run(after).sameAs(run(apply("fallback{threshold=20}", quantized("i8:block(4,16)"), context()))));
  }

  @Test
  void sharesOfNothingAndOfAll() {
    Module plain = quantized("i8:block(4,16)");
    assertTrue(run(plain).sameAs(run(apply("fallback{share=0}", plain, context()))));
    assertEquals(List.of(Optional.of(40.0)), thresholds(apply("fallback{share=0}", plain, context())));
    assertEquals(List.of(Optional.of(0.0)), thresholds(apply("fallback{share=1}", plain, context())));
  }

  /** Errors in decision records fall as the share grows. */
  @Test
  void decisionsSayWhatItIsWorth() {
    double before = Double.NEGATIVE_INFINITY;
    for (String share : List.of("0", "0.125", "0.25", "0.5", "1")) {
      PassContext context = context();
      apply("fallback{share=" + share + "}", quantized("i8:block(4,16)"), context);
      double sqnr = context.decisions().getFirst().cost().orElseThrow().sqnrDb().orElseThrow();
      assertTrue(sqnr > before, share + ": " + sqnr);
      before = sqnr;
    }
    assertTrue(before > 70, before + " dB");
  }

  @Test
  void aThresholdNeedsNoSampleInputs() {
    PassContext context = new PassContext(PassEnvironment.of(REGISTRY.ir()), "fallback");
    Module after = apply("fallback{threshold=3}", quantized("i8:token"), context);
    assertEquals(List.of(Optional.of(3.0)), thresholds(after));
    assertEquals("second level of i8 for boxes of %x above 3.0", context.decisions().getFirst().subject());
    PassContext without = new PassContext(PassEnvironment.of(REGISTRY.ir()), "fallback");
    assertEquals("fallback has no sample inputs of @main", assertThrows(
        InputException.class, () -> apply("fallback{share=0.1}", quantized("i8:token"), without)).getMessage());
  }

  @Test
  void whatHasNoPlaceForASecondLevelIsLeft() {
    for (String act : List.of("u8:token:zero(u8)", "i8:token:residual(i8,2.0)", "e4m3:group 32:ue8m0:up")) {
      Module module = quantized(act);
      PassContext context = context();
      assertEquals(module, apply("fallback{share=0.1}", module, context), act);
      assertEquals(Decision.Outcome.SKIPPED, context.decisions().getFirst().outcome(), act);
    }
    Module fixed = apply("calibrate", quantized("i8:tensor"), context());
    PassContext context = context();
    assertEquals(fixed, apply("fallback{threshold=1}", fixed, context));
    assertTrue(context.decisions().getFirst().reason().contains("scales are given"), context.decisions()::toString);
  }
}
