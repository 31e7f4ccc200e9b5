package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.verify.Verifier;
import nibble.passes.Decision;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.PassRun;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import nibble.passes.validate.Validator;
import org.junit.jupiter.api.Test;

class RouteProductsTest {
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final String NARROW = "e2m1:group 8:f16";
  private static final String LAYOUTS =
      "weight=[" + NARROW + ", i8:channel], act=[" + NARROW + ", i8:token]";

  /** A block whose change is that of the factor of its second product. */
  private static final String BLOCK = """
      func @main(%x: tensor<[4,16] x f32>, %f: tensor<[] x f32>) {
        %w = weight {key = "w"} : tensor<[16,16] x f32>
        %b = weight {key = "b"} : tensor<[16] x f32>
        %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[4,16] x f32> loc("m.nib":2:1 in layer[0].up)
        %1 = add %0, %b : tensor<[4,16] x f32> loc("m.nib":2:9 in layer[0].up)
        %2 = mul %1, %f : tensor<[4,16] x f32> loc("m.nib":3:1 in layer[0])
        %3 = add %x, %2 : tensor<[4,16] x f32> loc("m.nib":3:1 in layer[0])
        return %3
      }
      """;

  private static PassContext context() {
    return new PassContext(PassEnvironment.of(REGISTRY.ir()), "route-products");
  }

  private static Module apply(String passes) {
    return apply(IrText.module(BLOCK), REGISTRY.parse(passes).passes());
  }

  private static Module apply(Module module, List<Pass> passes) {
    Module after = module;
    for (Pass pass : passes) {
      after = pass.run(after, context());
      assertTrue(Verifier.check(after).isEmpty());
    }
    return after;
  }

  private static Module routed(double threshold, double slope, double offset) {
    RouteProducts parsed =
        (RouteProducts) REGISTRY.parse("route-products{" + LAYOUTS + ", threshold=1.0}").passes().getFirst();
    return apply(IrText.module(BLOCK), List.of(new RouteProducts(
        ImmutableList.of(), parsed.weight(), parsed.act(), threshold, slope, offset, Optional.empty())));
  }

  private static Tensor weight(String key, TensorType type) {
    Random random = new Random(key.hashCode());
    return Tensor.inOrder(type, i -> Formats.F32.round(random.nextGaussian()));
  }

  private static Tensor x(int step) {
    Random random = new Random(step);
    return Tensor.inOrder(IrText.module(BLOCK).functions().get("main").parameters().getFirst().tensorType(),
        i -> Formats.F32.round(random.nextGaussian()));
  }

  /** Outputs of steps with those factors, each with the state that the one before left. */
  private static List<double[]> run(Module module, double... factors) {
    List<Value> parameters = module.functions().get("main").parameters();
    List<Tensor> state = parameters.subList(2, parameters.size()).stream()
        .map(value -> Tensor.generate(value.tensorType(), i -> 0)).toList();
    List<double[]> outputs = new ArrayList<>();
    for (int step = 0; step < factors.length; step++) {
      List<Tensor> inputs = new ArrayList<>(List.of(x(step), Tensor.of(TensorType.scalar(Formats.F32), factors[step])));
      inputs.addAll(state);
      List<Tensor> results =
          new Interpreter(Mode.FAITHFUL, RouteProductsTest::weight).run(module.functions().get("main"), inputs);
      outputs.add(results.getFirst().elements());
      state = results.subList(1, results.size());
    }
    return outputs;
  }

  /** For each step, whether it is that of the narrow quantizer; otherwise it must be that of the wide one. */
  private static List<Boolean> narrow(Module module, double... factors) {
    List<double[]> routed = run(module, factors);
    List<double[]> narrow = run(apply("quantize{weight=" + NARROW + ", act=" + NARROW + "}"), factors);
    List<double[]> wide = run(apply("quantize{weight=i8:channel, act=i8:token}"), factors);
    List<Boolean> isNarrow = new ArrayList<>();
    for (int i = 0; i < factors.length; i++) {
      boolean is = Arrays.equals(narrow.get(i), routed.get(i));
      assertFalse(Arrays.equals(narrow.get(i), wide.get(i)));
      if (!is) {
        assertArrayEquals(wide.get(i), routed.get(i), "step " + i);
      }
      isNarrow.add(is);
    }
    return isNarrow;
  }

  /** T66, X1: below all changes all is wide, and above them narrow, but for the first step, which knows nothing. */
  @Test
  void t66ThresholdsOfInfinity() {
    double[] factors = {1, 0.1, 3, 0.01};
    assertEquals(List.of(false, false, false, false), narrow(routed(Double.NEGATIVE_INFINITY, 1, 0), factors));
    assertEquals(List.of(false, true, true, true), narrow(routed(Double.POSITIVE_INFINITY, 1, 0), factors));
  }

  /** X4: what changes more is predicted to lose more; the change of a step decides for the next. */
  @Test
  void theChangeOfAStepDecidesForTheNext() {
    double[] factors = {0.01, 3, 0.01, 0.01, 3, 3};
    assertEquals(List.of(false, true, false, true, true, false), narrow(routed(0.5, 1, 0), factors));
    assertEquals(List.of(false, true, true, true, true, true), narrow(routed(0.5, 0, 0.4), factors), "the offset");
    assertEquals(List.of(false, false, true, false, false, true), narrow(routed(-0.5, -1, 0), factors), "the slope");
  }

  /** X5: a step behind one that skipped the block is wide. */
  @Test
  void x5WhatIsSkippedTellsNothing() {
    Module module = apply("cache-deltas{limit=100.0, most=1}, route-products{" + LAYOUTS + ", threshold=100.0}");
    Module alone = apply("route-products{" + LAYOUTS + ", threshold=100.0}");
    double[] factors = {0.5, 0.5, 0.5, 0.5, 0.5};
    List<double[]> cached = run(module, factors);
    // Steps 0 and 1 compute, 2 reuses, and 3 computes: wide.
    assertEquals(List.of(false, true, true, true, true), narrow(alone, factors));
    assertArrayEquals(run(alone, factors).get(1), cached.get(1));
    assertArrayEquals(run(apply("quantize{weight=i8:channel, act=i8:token}"), factors).get(3), cached.get(3));
  }

  @Test
  void theFirstRunIsThatOfTheWideQuantizer() {
    Module wide = apply("quantize{weight=i8:channel, act=i8:token}");
    assertArrayEquals(run(wide, 0.7).getFirst(), run(routed(5, 1, 0), 0.7).getFirst());
    PassRun run = PassManager.of(REGISTRY, PassEnvironment.of(REGISTRY.ir())).validating(Validator.generated(3))
        .run(IrText.module(BLOCK), REGISTRY.parse("route-products{" + LAYOUTS + ", threshold=0.5}"));
    assertTrue(run.failures().isEmpty(), () -> run.failures().getFirst().text());
  }

  /** Purified refresh: an activation with an outlier leaves its product as it is, behind a cache too. */
  @Test
  void productsOfOutliersStayAsTheyAre() {
    Tensor calm = x(0);
    double[] values = calm.elements().clone();
    values[5] = 1000;
    PassEnvironment environment = PassEnvironment.of(REGISTRY.ir()).withWeights(RouteProductsTest::weight);
    for (Tensor input : List.of(calm, Tensor.of(calm.type(), values))) {
      PassContext context = new PassContext(
          environment.withInputs(ImmutableMap.of(
              "main", ImmutableList.of(input, Tensor.of(TensorType.scalar(Formats.F32), 1)))),
          "route-products");
      Module module = IrText.module(BLOCK);
      for (Pass pass : REGISTRY.parse(
          "cache-deltas{limit=0.5}, route-products{" + LAYOUTS + ", threshold=1.0, outliers=25.0}").passes()) {
        module = pass.run(module, context);
      }
      boolean isRouted = module.functions().get("main").parameters().stream().anyMatch(
          value -> value.name().endsWith(".calm"));
      assertEquals(input == calm, isRouted);
      assertEquals(input == calm, context.decisions().stream().noneMatch(
          decision -> decision.reason().contains("times the mean, more than 25.0")), context.decisions() + "");
    }
  }

  @Test
  void productsThatStayHaveAReason() {
    PassContext context = context();
    Module module = IrText.module("""
        func @main(%x: tensor<[4,16] x f32>, %y: tensor<[16,6] x f32>) {
          %w = weight {key = "w"} : tensor<[6,16] x f32>
          %0 = matmul %x, %y {transposeB = false, to = f32} : tensor<[4,6] x f32> loc("m.nib":1:1 in layer[0].a)
          %1 = matmul %x, %w {transposeB = true, to = f32} : tensor<[4,6] x f32> loc("m.nib":2:1 in layer[0].b)
          %2 = add %0, %1 : tensor<[4,6] x f32> loc("m.nib":3:1 in layer[0])
          return %2
        }
        """);
    Module after =
        REGISTRY.parse("route-products{" + LAYOUTS + ", threshold=0.5}").passes().getFirst().run(module, context);
    assertEquals(module, after);
    assertEquals(List.of("layer[0].a", "layer[0].b"),
        context.decisions().stream().map(decision -> decision.location().path()).toList());
    assertTrue(context.decisions().stream().allMatch(decision -> decision.outcome() == Decision.Outcome.SKIPPED));
    assertTrue(context.decisions().getLast().reason().contains("no block around it"), context.decisions() + "");
  }

  @Test
  void optionsThatMakeNoSenseAreRefused() {
    Stream.of("weight=[i8:channel], act=[i8:token], threshold=1.0", LAYOUTS, LAYOUTS + ", threshold=1.0, most=2")
        .forEach(options -> assertThrows(
            InputException.class, () -> REGISTRY.parse("route-products{" + options + "}"), options));
  }
}
