package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.op.MatMul;
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
import org.junit.jupiter.params.provider.CsvSource;

class AddWeightLevelsTest {
  private static final WeightSource WEIGHTS = (key, type) -> random(type, key.hashCode());
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final Tensor SAMPLE = random(TensorType.of(Shape.of(16, 32), Formats.F32), 1);

  private static Tensor random(TensorType type, long seed) {
    Random random = new Random(seed);
    return Tensor.inOrder(type, _ -> type.format().round(random.nextGaussian()));
  }

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

  private static Tensor run(Module module) {
    return new Interpreter(Mode.EXACT, WEIGHTS).run(module.functions().get("main"), List.of(SAMPLE)).getFirst();
  }

  private static Module module(String weight, boolean turned) {
    return IrText.module("""
        func @main(%%x: tensor<[B,32] x f32>) {
          %%w = weight {key = "w"} : tensor<[%s] x %s>
          %s%%0 = matmul %%x, %s {transposeB = %s, to = f32} : tensor<[B,16] x f32> loc("m.nib":3:5 in a)
          return %%0
        }
        """.formatted(
            turned ? "16,32" : "32,16", weight,
            weight.equals("f32") ? "" : "%v = cast %w {to = f32} : tensor<[" + (turned ? "16,32" : "32,16")
                + "] x f32>\n          ",
            weight.equals("f32") ? "%w" : "%v", turned));
  }

  private static double noise(Module exact, Module other) {
    return Noise.ratio(run(exact).values(), run(other).values());
  }

  /** However a weight is stored, two levels of i8 leave next to nothing of its error, and of others some bits of it. */
  @ParameterizedTest
  @CsvSource({"f32, false", "f32, true", "f16, true"})
  void whatCodesOfWeightsLeaveIsMultipliedToo(String stored, boolean turned) {
    Module exact = module(stored, turned);
    for (String layout : List.of("i8:channel", "i8:block(16,16)", "i4:group 16:f16", "e4m3:group 16:ue8m0:up")) {
      Module one = apply("quantize{weight=" + layout + "}", exact, context());
      PassContext context = context();
      Module two = apply("fallback{threshold=4, weights=true}", one, context);
      double least = layout.startsWith("i8") ? 1e4 : layout.startsWith("i4") ? 50 : 100;
      assertTrue(noise(exact, two) * least < noise(exact, one),
          layout + ": " + noise(exact, two) + " and " + noise(exact, one));
      Decision decision = context.decisions().getLast();
      assertTrue(decision.text().contains("for weight 'w': SQNR "), decision::text);
      assertTrue(decision.text().contains(", a second product beside the first"), decision::text);
      assertEquals(2, count(two, MatMul.class));
    }
  }

  /** Beside activations of two levels, so that next to no error is left. */
  @Test
  void bothOperandsHaveSecondLevels() {
    Module exact = module("f32", false);
    Module one = apply("quantize{weight=i8:channel, act=i8:block(4,16)}", exact, context());
    double activations = noise(exact, apply("fallback{threshold=0}", one, context()));
    double both = noise(exact, apply("fallback{threshold=0, weights=true}", one, context()));
    assertTrue(both < 1e-7 && both * 100 < activations, both + " and " + activations);
  }

  /** Rounded one after another after that, the first level has another second one, which still makes up for it. */
  @Test
  void roundingOfTheFirstLevelKeepsTheSum() {
    Module exact = module("f32", false);
    PassContext context = context();
    Module rounded = apply(
        "quantize{weight=i4:channel, act=i8:token}, fallback{threshold=0, weights=true}, round-weights", exact,
        context);
    assertTrue(context.decisions().stream().anyMatch(decision -> decision.outcome() == Decision.Outcome.SKIPPED
        && decision.reason().contains("its weight is what other codes leave")), context.decisions()::toString);
    Tensor actual = new Interpreter(Mode.EXACT, new MadeWeights(context.made()).over(WEIGHTS))
        .run(rounded.functions().get("main"), List.of(SAMPLE)).getFirst();
    double plain = noise(exact, apply("quantize{weight=i4:channel, act=i8:token}", exact, context()));
    assertTrue(Noise.ratio(run(exact).values(), actual.values()) * 20 < plain, plain + ", plainly");
  }

  @Test
  void weightsThatCanHaveNoSecondLevelAreLeft() {
    for (String layout : List.of("u4:group 16:f16:zero(u4)", "i8:channel:residual(i8)")) {
      Module module = apply("quantize{weight=" + layout + "}", module("f32", false), context());
      PassContext context = context();
      assertEquals(module, apply("fallback{threshold=1, weights=true}", module, context), layout);
      assertTrue(context.decisions().getLast().reason().contains("is not just a code and a scale"),
          context.decisions()::toString);
    }
    Module plain = apply("quantize{weight=i8:channel, act=i8:token}", module("f32", false), context());
    PassContext elsewhere = context();
    apply("fallback{at=b, threshold=1, weights=true}", plain, elsewhere);
    assertEquals(List.of(), elsewhere.decisions());
    PassContext floats = context();
    apply("fallback{threshold=1, weights=true}", module("f32", false), floats);
    assertTrue(floats.decisions().getLast().reason().contains("is no quantized weight"), floats.decisions()::toString);
    Module drawn = apply("quantize{weight=i8:channel:stochastic(7,0)}", module("f32", false), context());
    PassContext random = context();
    assertEquals(drawn, apply("fallback{threshold=1, weights=true}", drawn, random));
    assertTrue(random.decisions().getLast().reason().contains("at random"), random.decisions()::toString);
    Module given = apply("quantize{weight=i8:channel}, round-weights", module("f32", false), context());
    PassContext rounded = context();
    assertEquals(given, apply("fallback{threshold=1, weights=true}", given, rounded));
    assertTrue(rounded.decisions().getLast().reason().contains("on codes already"), rounded.decisions()::toString);
  }

  private static long count(Module module, Class<?> op) {
    List<Object> found = new ArrayList<>();
    module.functions().get("main").body().walk(operation -> {
      if (op.isInstance(operation.op())) {
        found.add(operation);
      }
    });
    return found.size();
  }
}
