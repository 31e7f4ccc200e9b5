package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.op.Prune;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Shape;
import nibble.ir.verify.Verifier;
import nibble.passes.Decision;
import nibble.passes.MadeWeights;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundWeightsTest {
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final WeightSource WEIGHTS = (key, type) -> random(type, key.hashCode(), 0);
  private static final Tensor SAMPLE = random(TensorType.of(Shape.of(48, 16), Formats.F32), 1, 2);
  private static final String STORED = "weight {key = \"w\"} : tensor<[16,8] x f32>";
  private static final String TURNED = "weight {key = \"w\"} : tensor<[8,16] x f32>";

  /** Normally distributed, each row with so much of a common number. */
  private static Tensor random(TensorType type, long seed, double common) {
    Random random = new Random(seed);
    int columns = type.shape().extents()[type.rank() - 1];
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    double same = 0;
    for (int i = 0; i < elements.length; i++) {
      same = i % columns == 0 ? common * random.nextGaussian() : same;
      elements[i] = (float) (random.nextGaussian() + same);
    }
    return Tensor.of(type, elements);
  }

  private static Module module(String weight, boolean turned) {
    return IrText.module("""
        func @main(%%x: tensor<[B,16] x f32>) {
          %%w = %s
          %%0 = matmul %%x, %%w {transposeB = %s, to = f32} : tensor<[B,8] x f32> loc("m.nib":3:5 in a)
          return %%0
        }
        """.formatted(weight, turned));
  }

  private static PassContext context() {
    return new PassContext(
        PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS).withInputs(ImmutableMap.of(
            "main", ImmutableList.of(SAMPLE))), "round-weights");
  }

  private static Module apply(String pipeline, Module module, PassContext context) {
    Module after = module;
    for (var pass : REGISTRY.parse(pipeline).passes()) {
      after = pass.run(after, context);
    }
    assertTrue(Verifier.check(after).isEmpty(), () -> Verifier.check(pipeline.isEmpty() ? module : module).toString());
    return after;
  }

  private static Tensor run(Module module, PassContext context) {
    return new Interpreter(Mode.EXACT, new MadeWeights(context.made()).over(WEIGHTS))
        .run(module.functions().get("main"), List.of(SAMPLE)).getFirst();
  }

  private static double noise(Module exact, Module other, PassContext context) {
    return Noise.ratio(run(exact, context).values(), run(other, context).values());
  }

  private static List<Operation> operations(Module module, Class<?> op) {
    List<Operation> found = new ArrayList<>();
    module.functions().get("main").body().walk(operation -> {
      if (op.isInstance(operation.op())) {
        found.add(operation);
      }
    });
    return found;
  }

  /** Whichever way a weight is stored, and whatever its scales are, the product loses less than with nearest codes. */
  @ParameterizedTest
  @ValueSource(strings = {
      "i8:channel", "i4:channel", "i4:group 8:f16", "e4m3:group 8:ue8m0:up", "e2m3:group 8:ue8m0:up",
      "e2m1:group 8:ue8m0:up", "e2m1:group 4:ue4m3:tensor f32", "i8:block(4,4):f16", "i4:tensor"})
  void theProductLosesLess(String layout) {
    for (boolean turned : List.of(false, true)) {
      Module exact = module(turned ? TURNED : STORED, turned);
      Module quantized = apply("quantize{weight=" + layout + "}", exact, context());
      PassContext context = context();
      Module rounded = apply("round-weights", quantized, context);
      double here = noise(exact, rounded, context);
      double nearest = noise(exact, quantized, context);
      assertTrue(here < 0.9 * nearest, layout + ": " + here + " and " + nearest);
    }
  }

  /** The numbers that the module has are on codes of the scales that it has, so that quantizing loses nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"i8:channel", "i4:group 8:f16", "e4m3:group 8:ue8m0:up", "e2m1:group 4:ue4m3:tensor f32"})
  void whatIsMadeAreCodes(String layout) {
    for (String options : List.of("", "{range=mse}", "{method=nearest, range=mse}", "{order=stored}")) {
      PassContext context = context();
      Module rounded =
          apply("quantize{weight=" + layout + "}, round-weights" + options, module(STORED, false), context);
      Operation quantizer = operations(rounded, Quantize.class).getFirst();
      assertEquals(2, quantizer.operands().size());
      Quantize quantize = (Quantize) quantizer.op();
      Tensor values = context.made().get("w@round-weights");
      double[] ranges = context.made().get("w.range@round-weights").elements();
      assertEquals(quantize.result().scaleType().shape().size().constant(), ranges.length);
      WeightSource made = new MadeWeights(context.made()).over(WEIGHTS);
      Tensor scales = new ConstantValues(Definitions.in(rounded.functions().get("main")))
          .tensor(quantizer.operand(1), made).orElseThrow();
      assertArrayEquals(values.elements(),
          quantize.eval(List.of(values, scales), quantize.result()).values(), 1e-6, layout + options);
    }
  }

  /** With nearest codes and scales of the largest magnitudes nothing is another number. */
  @Test
  void toNearestItIsWhatTheQuantizerDoes() {
    Module quantized = apply("quantize{weight=i4:group 8:f16}", module(STORED, false), context());
    PassContext context = context();
    Module rounded = apply("round-weights{method=nearest}", quantized, context);
    assertNotEquals(quantized, rounded);
    assertTrue(run(quantized, context).sameAs(run(rounded, context)));
  }

  /** Ranges are searched for by the error of weights, each counted as much as the activations that it meets. */
  @ParameterizedTest
  @ValueSource(strings = {"i4:group 8:f16", "i4:channel", "e2m1:group 8:ue8m0:up", "e4m3:group 8:ue8m0:up"})
  void rangesOfLeastErrorLoseNoMore(String layout) {
    Module quantized = apply("quantize{weight=" + layout + "}", module(STORED, false), context());
    double[] errors = new double[2];
    for (int i = 0; i < 2; i++) {
      PassContext context = context();
      apply("round-weights{method=nearest, range=" + (i == 0 ? "amax" : "mse") + "}", quantized, context);
      double[] values = context.made().get("w@round-weights").values();
      double[] exact = WEIGHTS.weight("w", TensorType.of(Shape.of(16, 8), Formats.F32)).values();
      for (int k = 0; k < 16; k++) {
        double square = 0;
        for (int row = 0; row < 48; row++) {
          square += Math.pow(SAMPLE.elements()[row * 16 + k], 2);
        }
        for (int channel = 0; channel < 8; channel++) {
          errors[i] += square * Math.pow(values[k * 8 + channel] - exact[k * 8 + channel], 2);
        }
      }
    }
    assertTrue(errors[1] <= errors[0] * (1 + 1e-9), errors[1] + " and " + errors[0]);
    assertTrue(!layout.startsWith("i4:group") || errors[1] < errors[0]);
  }

  /** A weight that was pruned stays so, and says so. */
  @Test
  void whatWasPrunedStaysZero() {
    PassContext context = context();
    Module rounded = apply(
        "sparsify{weight=2:4, if-pays=false}, quantize{weight=i8:channel}, round-weights", module(TURNED, true),
        context);
    assertEquals(1, operations(rounded, Prune.class).size());
    double[] values = context.made().get("w@round-weights").elements();
    for (int i = 0; i < values.length; i += 4) {
      int kept = 0;
      for (int k = i; k < i + 4; k++) {
        kept += values[k] != 0 ? 1 : 0;
      }
      assertTrue(kept <= 2);
    }
    assertTrue(operations(apply("compress-weights", rounded, context), Prune.class).size() <= 1);
  }

  /** Activations count as they are multiplied, which is quantized where they are. */
  @Test
  void activationsMayBeQuantizedToo() {
    Module exact = module(STORED, false);
    Module quantized = apply("quantize{weight=i4:channel, act=i8:token}", exact, context());
    PassContext context = context();
    Module rounded = apply("round-weights", quantized, context);
    assertTrue(noise(exact, rounded, context) < noise(exact, quantized, context));
    assertTrue(context.decisions().getFirst().text().matches(
        "(?s).*weight 'w' rounded one channel after another, SQNR of the product on sample inputs .* dB, plainly .* "
            + "dB.*"),
        context.decisions()::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "quantize{act=i8:token} : its right operand is not quantized, or is not just dequantized",
      "quantize{weight=u4:group 8:f16:zero(u4)} : just a code and a scale",
      "quantize{weight=i8:block(4,4):residual(i8,1.0)} : just a code and a scale",
      "quantize{weight=i8:channel:f32:nearest:stochastic(7,0)} : rounded at random"})
  void whatIsLeftAlone(String pipelineAndReason) {
    String[] parts = pipelineAndReason.split(" : ");
    Module quantized = apply(parts[0], module(STORED, false), context());
    PassContext context = context();
    assertEquals(quantized, apply("round-weights", quantized, context));
    assertTrue(context.decisions().stream().map(Decision::reason).allMatch(why -> why.contains(parts[1])),
        context.decisions()::toString);
  }

  @Test
  void aFunctionWithoutSampleInputsIsLeft() {
    Module quantized = apply("quantize{weight=i4:channel}", IrText.module("""
        func @other(%x: tensor<[B,16] x f32>) {
          %w = weight {key = "w"} : tensor<[16,8] x f32>
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,8] x f32>
          return %0
        }
        """), context());
    PassContext context = context();
    assertEquals(quantized, apply("round-weights", quantized, context));
    assertEquals(List.of("there are no sample inputs of @other, but of @main alone"),
        context.decisions().stream().map(Decision::reason).toList());
  }

  @Test
  void itNeedsInputsAndAFiniteDamping() {
    Module quantized = apply("quantize{weight=i4:channel}", module(STORED, false), context());
    PassContext none = new PassContext(PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS), "round-weights");
    assertThrows(InputException.class, () -> apply("round-weights", quantized, none));
    assertThrows(InputException.class, () -> REGISTRY.parse("round-weights{damping=-1}"));
  }
}
