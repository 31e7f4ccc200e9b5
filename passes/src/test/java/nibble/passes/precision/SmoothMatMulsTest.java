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
import nibble.ir.op.Constant;
import nibble.ir.shape.Shape;
import nibble.ir.verify.Verifier;
import nibble.passes.Decision;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import org.junit.jupiter.api.Test;

class SmoothMatMulsTest {
  private static final WeightSource WEIGHTS = (key, type) -> random(type, key.hashCode(), 0);
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final Tensor SAMPLE = random(TensorType.of(Shape.of(6, 16), Formats.F32), 1, 80);

  /** Normally distributed, but for channel 3. */
  private static Tensor random(TensorType type, long seed, double outliers) {
    Random random = new Random(seed);
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) (random.nextGaussian() * (outliers != 0 && i % 16 == 3 ? outliers : 1));
    }
    return Tensor.of(type, elements);
  }

  private static Module module() {
    return IrText.module("""
        func @main(%x: tensor<[B,16] x f32>) {
          %w = weight {key = "w"} : tensor<[16,8] x f32>
          %v = weight {key = "v"} : tensor<[4,16] x f32>
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,8] x f32> loc("m.nib":3:5 in a)
          %1 = cast %x {to = f16} : tensor<[B,16] x f16>
          %2 = cast %v {to = f16} : tensor<[4,16] x f16>
          %3 = matmul %1, %2 {transposeB = true, to = f32} : tensor<[B,4] x f32> loc("m.nib":4:5 in b)
          return %0, %3
        }
        """);
  }

  private static PassContext context() {
    return new PassContext(
        PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS).withInputs(ImmutableMap.of(
            "main", ImmutableList.of(SAMPLE))), "smooth");
  }

  private static Module apply(String pipeline, Module module, PassContext context) {
    Module after = module;
    for (var pass : REGISTRY.parse(pipeline).passes()) {
      after = pass.run(after, context);
    }
    assertTrue(Verifier.check(after).isEmpty());
    return after;
  }

  private static Tensor run(Module module, Tensor x, int result) {
    return new Interpreter(Mode.EXACT, WEIGHTS).run(module.functions().get("main"), List.of(x)).get(result);
  }

  /** Factors are powers of two, so every product of elements is the same number, and so are sums in the same order. */
  @Test
  void productsStayBitForBit() {
    Module after = apply("smooth", module(), context());
    Tensor other = random(TensorType.of(Shape.of(3, 16), Formats.F32), 9, 5);
    for (int result = 0; result < 2; result++) {
      assertTrue(run(module(), other, result).sameAs(run(after, other, result)), after.toString());
    }
    assertTrue(!after.equals(module()));
  }

  @Test
  void quantizationAfterwardsLosesLess() {
    String int8 = "quantize{weight=i8:channel, act=i8:token}";
    Tensor exact = run(module(), SAMPLE, 0);
    double plain = QuantizationCost.sqnrDb(
        exact.values(), run(apply(int8, module(), context()), SAMPLE, 0).values());
    double smooth = QuantizationCost.sqnrDb(
        exact.values(), run(apply("smooth," + int8, module(), context()), SAMPLE, 0).values());
    // The outlier channel takes about 80 of 127 codes from the others without smoothing, and 9 with it.
    assertTrue(smooth > plain + 6, smooth + " dB, without smoothing " + plain);
  }

  /** Noise of a rotated block is the same in all channels: factors by norms make of it the least that factors can. */
  @Test
  void normsSuitARotation() {
    Tensor exact = run(module(), SAMPLE, 0);
    String rotated = "hadamard{size=16}, quantize{at=a, act=i8:token}";
    double plain =
        QuantizationCost.sqnrDb(exact.values(), run(apply(rotated, module(), context()), SAMPLE, 0).values());
    Module after = apply("smooth{at=a, by=norm}", module(), context());
    assertTrue(
        QuantizationCost.sqnrDb(exact.values(), run(after, SAMPLE, 0).values()) > 120, "not the same product");
    double smooth = QuantizationCost.sqnrDb(
        exact.values(), run(apply("smooth{at=a, by=norm}," + rotated, module(), context()), SAMPLE, 0).values());
    assertTrue(smooth > plain + 3, smooth + " dB, without smoothing " + plain);
    double[] x = ChannelNorms.of(SAMPLE);
    double[] w = ChannelNorms.of(WEIGHTS.weight("w", TensorType.of(Shape.of(16, 8), Formats.F32)), 0);
    Constant constant = after.functions().get("main").body().operations().stream()
        .filter(operation -> operation.op() instanceof Constant).map(operation -> (Constant) operation.op())
        .findFirst().orElseThrow();
    for (int j = 0; j < x.length; j++) {
      double factor = Math.sqrt(x[j] / w[j]);
      assertEquals(1 / factor, constant.values().get(j), 1e-6 / factor);
    }
  }

  @Test
  void productsOfOneActivationShareItsFactors() {
    PassContext context = context();
    Module after = apply("smooth,cse", module(), context);
    long divisions = after.functions().get("main").body().operations().stream()
        .filter(operation -> operation.op().name().equals("mul") && operation.operand(0).name().equals("x")).count();
    assertEquals(1, divisions, after.toString());
    assertEquals(2, context.decisions().size());
    assertTrue(context.decisions().getFirst().text().contains("input %x smoothed, channels over "),
        context.decisions().getFirst().text());
  }

  @Test
  void withoutSampleInputsItIsRefused() {
    PassContext context =
        new PassContext(PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS), "smooth");
    assertEquals("smooth has no sample inputs of @main",
        assertThrows(InputException.class, () -> apply("smooth", module(), context)).getMessage());
  }

  @Test
  void productsOfActivationsAreLeftAlone() {
    Module module = IrText.module("""
        func @main(%x: tensor<[B,8] x f32>, %y: tensor<[8,B] x f32>) {
          %0 = matmul %x, %y {transposeB = false, to = f32} : tensor<[B,B] x f32>
          return %0
        }
        """);
    PassContext context = context();
    assertEquals(module, apply("smooth", module, context));
    assertEquals(List.of("its right operand is no weight but the input %y"),
        context.decisions().stream().map(Decision::reason).toList());
  }

  @Test
  void alphaIsAShare() {
    assertThrows(InputException.class, () -> REGISTRY.parse("smooth{alpha=1.5}"));
  }
}
