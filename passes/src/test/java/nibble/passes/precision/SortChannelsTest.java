package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
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

class SortChannelsTest {
  private static final int CHANNELS = 32;
  private static final WeightSource WEIGHTS = (key, type) -> random(type, key.hashCode());
  private static final PassRegistry REGISTRY = Plugins.none().passes();

  private static Tensor random(TensorType type, long seed) {
    Random random = new Random(seed);
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    Arrays.setAll(elements, i -> Formats.F32.round(random.nextGaussian()));
    return Tensor.of(type, elements);
  }

  /** Every eighth channel is fifty times as large as the others. */
  private static Tensor sample() {
    Tensor x = random(TensorType.of(Shape.of(16, CHANNELS), Formats.F32), 1);
    for (int i = 0; i < x.size(); i += 8) {
      x.elements()[i] *= 50;
    }
    return x;
  }

  private static Module module() {
    return IrText.module("""
        func @main(%x: tensor<[B,32] x f32>) {
          %v = weight {key = "v"} : tensor<[32,6] x f32>
          %w = weight {key = "w"} : tensor<[5,32] x f32>
          %0 = matmul %x, %v {transposeB = false, to = f32} : tensor<[B,6] x f32> loc("m.nib":3:5 in a)
          %1 = matmul %x, %w {transposeB = true, to = f32} : tensor<[B,5] x f32> loc("m.nib":4:5 in b)
          %2 = matmul %0, %0 {transposeB = true, to = f32} : tensor<[B,B] x f32> loc("m.nib":5:5 in c)
          return %0, %1, %2
        }
        """);
  }

  private static PassContext context() {
    return new PassContext(PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS).withInputs(
        ImmutableMap.of("main", ImmutableList.of(sample()))), "sort-channels");
  }

  private static Module apply(String pipeline, PassContext context) {
    Module after = module();
    for (var pass : REGISTRY.parse(pipeline).passes()) {
      after = pass.run(after, context);
    }
    assertTrue(Verifier.check(after).isEmpty());
    return after;
  }

  private static List<Tensor> run(Module module) {
    return new Interpreter(Mode.EXACT, WEIGHTS).run(module.functions().get("main"), List.of(sample()));
  }

  private static double error(Module module) {
    double[] exact = run(module()).getFirst().elements();
    double[] actual = run(module).getFirst().elements();
    double sum = 0;
    for (int i = 0; i < exact.length; i++) {
      sum += Math.pow(actual[i] - exact[i], 2);
    }
    return Math.sqrt(sum);
  }

  @Test
  void productsStayTheSame() {
    PassContext context = context();
    Module after = apply("sort-channels", context);
    List<Tensor> before = run(module());
    for (int i = 0; i < before.size(); i++) {
      assertArrayEquals(before.get(i).elements(), run(after).get(i).elements(), 1e-9 * 50 * 50 * 50);
    }
    assertEquals(
        List.of("its right operand is no weight but the result of matmul"),
        context.decisions().stream().filter(decision -> decision.outcome() == Decision.Outcome.SKIPPED)
            .map(Decision::reason).toList());
  }

  @Test
  void theLargestChannelsComeFirst() {
    Module after = apply("sort-channels", context());
    after.functions().get("main").body().walk(operation -> {
      if (operation.op() instanceof Constant order) {
        assertEquals(CHANNELS, order.values().stream().distinct().count());
        assertEquals(List.of(0.0, 8.0, 16.0, 24.0), order.values().subList(0, 4).stream().sorted().toList());
      }
    });
  }

  /** A second level for a quarter of the blocks: without the order, each block has an outlier. */
  @Test
  void fallbackIsWorthMoreThen() {
    String activations = "quantize{act=i8:group 8}, fallback{share=0.25}";
    double unsorted = error(apply(activations, context()));
    double sorted = error(apply("sort-channels, " + activations, context()));
    assertTrue(sorted < unsorted / 5, sorted + " and " + unsorted);
  }

  @Test
  void withoutSampleInputsItIsRefused() {
    PassContext context = new PassContext(PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS), "sort-channels");
    assertEquals("sort-channels has no sample inputs of @main",
        assertThrows(InputException.class, () -> apply("sort-channels", context)).getMessage());
  }
}
