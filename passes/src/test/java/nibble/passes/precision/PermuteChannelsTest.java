package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.op.Gather;
import nibble.ir.shape.Shape;
import nibble.ir.verify.Verifier;
import nibble.passes.Decision;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PermuteChannelsTest {
  private static final int WIDTH = 16;
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final WeightSource WEIGHTS = (key, type) -> random(type, key.hashCode());

  /** SwiGLU with a bias, between two products and one; the last product's channels are those of a softmax. */
  private static Module module() {
    return IrText.module("""
        func @main(%x: tensor<[B,16] x f32>) {
          %g = weight {key = "g"} : tensor<[16,32] x f32>
          %u = weight {key = "u"} : tensor<[32,16] x f32>
          %b = weight {key = "b"} : tensor<[32] x f32>
          %d = weight {key = "d"} : tensor<[32,16] x f32>
          %o = weight {key = "o"} : tensor<[16,16] x f32>
          %0 = matmul %x, %g {transposeB = false, to = f32} : tensor<[B,32] x f32> loc("m.nib":3:5 in gate)
          %1 = silu %0 : tensor<[B,32] x f32>
          %2 = matmul %x, %u {transposeB = true, to = f32} : tensor<[B,32] x f32> loc("m.nib":4:5 in up)
          %3 = add %2, %b : tensor<[B,32] x f32>
          %4 = mul %1, %3 : tensor<[B,32] x f32>
          %5 = matmul %4, %d {transposeB = false, to = f32} : tensor<[B,16] x f32> loc("m.nib":5:5 in down)
          %6 = softmax %5 : tensor<[B,16] x f32>
          %7 = matmul %6, %o {transposeB = false, to = f32} : tensor<[B,16] x f32> loc("m.nib":6:5 in out)
          return %7
        }
        """);
  }

  /** Strong rows come in runs, so that groups of neighbours are all strong or all weak. */
  private static Tensor random(TensorType type, long seed) {
    Random random = new Random(seed);
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    Arrays.setAll(elements, i -> random.nextGaussian() * (i / 16 % 16 < 8 ? 8 : 1));
    return Tensor.of(type, elements).rounded();
  }

  private static PassContext context() {
    TensorType type = TensorType.of(Shape.of(24, WIDTH), Formats.F32);
    return new PassContext(
        PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS)
            .withInputs(ImmutableMap.of("main", ImmutableList.of(random(type, 3)))), "permute-channels");
  }

  private static Module apply(String pipeline, Module module, PassContext context) {
    Module after = REGISTRY.parse(pipeline).passes().getFirst().run(module, context);
    assertTrue(Verifier.check(after).isEmpty());
    return after;
  }

  private static double[] run(Module module) {
    TensorType type = TensorType.of(Shape.of(5, WIDTH), Formats.F32);
    return new Interpreter(Mode.EXACT, WEIGHTS)
        .run(module.functions().get("main"), List.of(random(type, 9))).getFirst().elements();
  }

  /** Gathers of what depends on inputs. */
  private static long shuffles(Module module) {
    Function function = module.functions().get("main");
    ConstantValues constants = new ConstantValues(Definitions.in(function));
    long[] count = new long[1];
    function.body().walk(operation -> count[0] += operation.op() instanceof Gather
        && constants.weight(operation.operand(0)).isEmpty() ? 1 : 0);
    return count[0];
  }

  @ParameterizedTest
  @ValueSource(strings = {"2:4", "8:2:8", "16:2:8"})
  void theOrderIsFoldedIntoWeights(String layout) {
    PassContext context = context();
    Module after = apply("permute-channels{at=down, weight=" + layout + "}", module(), context);
    assertFalse(after.equals(module()));
    assertArrayEquals(run(module()), run(after), 1e-12);
    assertEquals(0, shuffles(after));
    // Two producers and one that sums over their channels.
    assertEquals(3, context.decisions().size());
    // Whoever looks at what the producers make learns which channel is where.
    assertEquals(List.of("gate", "up"), context.orders().keySet().stream().map(Location::path).sorted().toList());
    List<Integer> channels = IntStream.range(0, 32).boxed().toList();
    context.orders().values().forEach(order -> assertEquals(channels, order.stream().sorted().toList()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"magnitude", "wanda"})
  void pruningKeepsMore(String saliency) {
    PassContext context = context();
    apply("permute-channels{at=down, weight=8:2:8, saliency=" + saliency + "}", module(), context);
    String subject = context.decisions().getFirst().subject();
    Matcher shares = Pattern.compile("keeps ([\\d.]+) % of the squares of their \\w+, as written ([\\d.]+) %")
        .matcher(subject);
    assertTrue(shares.find(), subject);
    assertTrue(Double.parseDouble(shares.group(1)) > 1.05 * Double.parseDouble(shares.group(2)), subject);
  }

  @Test
  void whatDoesNotTakeChannelsOneByOneIsSkipped() {
    PassContext context = context();
    assertEquals(module(), apply("permute-channels{at=out, weight=2:4}", module(), context));
    Decision decision = context.decisions().getFirst();
    assertEquals(Decision.Outcome.SKIPPED, decision.outcome());
    assertEquals("its channels come from softmax, which does not take each by itself", decision.reason());
  }

  @Test
  void orTheyAreGatheredAtRunTime() {
    PassContext context = context();
    Module after = apply("permute-channels{at=out, weight=2:4, explicit=true}", module(), context);
    assertEquals(1, shuffles(after));
    assertArrayEquals(run(module()), run(after), 1e-12);
    assertTrue(context.decisions().getFirst().reason().endsWith(
        "; they are gathered at run time, since its channels come from softmax, which does not take each by itself"));
  }

  @Test
  void channelsThatOthersSeeStay() {
    Module module = IrText.module("""
        func @main(%x: tensor<[B,16] x f32>) {
          %u = weight {key = "u"} : tensor<[16,16] x f32>
          %d = weight {key = "d"} : tensor<[16,16] x f32>
          %0 = matmul %x, %u {transposeB = false, to = f32} : tensor<[B,16] x f32>
          %1 = matmul %0, %d {transposeB = false, to = f32} : tensor<[B,16] x f32>
          %2 = reduce_max %0 {axes = [1], keep = false} : tensor<[B] x f32>
          return %1, %2
        }
        """);
    PassContext context = context();
    assertEquals(module, apply("permute-channels{weight=2:4}", module, context));
    assertEquals(
        List.of("its channels are those of the input %x", "its channels are read by reduce_max as well"),
        context.decisions().stream().map(Decision::reason).toList());
  }

  @Test
  void producersWhoseRowsFillNoBlockAreReorderedAllTheSame() {
    Module module = IrText.module("""
        func @main(%x: tensor<[B,16] x f32>) {
          %u = weight {key = "u"} : tensor<[16,32] x f32>
          %d = weight {key = "d"} : tensor<[32,64] x f32>
          %0 = matmul %x, %u {transposeB = false, to = f32} : tensor<[B,32] x f32>
          %1 = matmul %0, %d {transposeB = false, to = f32} : tensor<[B,64] x f32>
          return %1
        }
        """);
    PassContext context = context();
    Module after = apply("permute-channels{weight=64:2:8}", module, context);
    // Sums of thousands in another order.
    assertArrayEquals(run(module), run(after), 1e-9);
    assertTrue(context.decisions().stream().anyMatch(decision ->
        decision.subject().endsWith("output channels in another order")), context.decisions()::toString);
  }

  @Test
  void withoutWeightsItIsRefused() {
    PassContext context = new PassContext(PassEnvironment.of(REGISTRY.ir()), "permute-channels");
    assertEquals("permute-channels has no weights to choose by", assertThrows(
        InputException.class, () -> apply("permute-channels{at=down, weight=2:4}", module(), context)).getMessage());
  }
}
