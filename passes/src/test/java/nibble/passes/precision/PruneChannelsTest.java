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
import java.util.stream.IntStream;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.op.Constant;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.text.Printer;
import nibble.ir.verify.Verifier;
import nibble.passes.Decision;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.PassRun;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import nibble.passes.validate.Validator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PruneChannelsTest {
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final int CHANNELS = 32;
  private static final double[] GATES_OF_CHANNELS = IntStream.range(0, CHANNELS)
      .mapToDouble(i -> i % 3 == 0 ? 0 : i % 5 == 0 ? -0.5 : i % 2 == 0 ? 1 : 0.75).toArray();
  private static final double[] GATES_OF_HEADS = {0.5, 0, 1, -1};
  private static final WeightSource WEIGHTS = (key, type) -> switch (key) {
    case "d.gates" -> Tensor.of(type, GATES_OF_CHANNELS);
    case "o.gates" -> Tensor.of(type, GATES_OF_HEADS);
    default -> random(type, key.hashCode());
  };

  private static Tensor random(TensorType type, long seed) {
    Random random = new Random(seed);
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    Arrays.setAll(elements, i -> random.nextGaussian());
    return Tensor.of(type, elements).rounded();
  }

  /**
   * SwiGLU with a bias, one weight the other way round.
   *
   * @param gated what stands for the activation of the last product: {@code %4}, or {@code %gated}
   */
  private static Module feedForward(String gate, String gated) {
    return IrText.module("""
        func @main(%x: tensor<[B,16] x f32>) {
          %g = weight {key = "g"} : tensor<[16,32] x f32>
          %u = weight {key = "u"} : tensor<[32,16] x f32>
          %b = weight {key = "b"} : tensor<[32] x f32>
          %d = weight {key = "d"} : tensor<[16,32] x f32>
          %0 = matmul %x, %g {transposeB = false, to = f32} : tensor<[B,32] x f32> loc("m.nib":3:5 in gate)
          %1 = silu %0 : tensor<[B,32] x f32>
          %2 = matmul %x, %u {transposeB = true, to = f32} : tensor<[B,32] x f32> loc("m.nib":4:5 in up)
          %3 = add %2, %b : tensor<[B,32] x f32>
          %4 = mul %1, %3 : tensor<[B,32] x f32>
        """ + gate + """
          %5 = matmul GATED, %d {transposeB = true, to = f32} : tensor<[B,16] x f32> loc("m.nib":5:5 in down)
          %6 = softmax %5 : tensor<[B,16] x f32>
          return %6
        }
        """.replace("GATED", gated));
  }

  /** Four heads of four channels, with a mask and a bias for each head. */
  private static Module attention(String gate, String gated) {
    return IrText.module("""
        func @main(%x: tensor<[B,5,16] x f32>, %mask: tensor<[B,1,1,5] x f32>) {
          %wq = weight {key = "q"} : tensor<[16,16] x f32>
          %wk = weight {key = "k"} : tensor<[16,16] x f32>
          %wv = weight {key = "v"} : tensor<[16,16] x f32>
          %bv = weight {key = "bv"} : tensor<[16] x f32>
          %slopes = weight {key = "slopes"} : tensor<[4,1,1] x f32>
          %wo = weight {key = "o"} : tensor<[16,16] x f32>
          %0 = matmul %x, %wq {transposeB = false, to = f32} : tensor<[B,5,16] x f32> loc("m.nib":1:5 in q)
          %1 = reshape %0 {shape = [B,5,4,4]} : tensor<[B,5,4,4] x f32>
          %2 = transpose %1 {axes = [0,2,1,3]} : tensor<[B,4,5,4] x f32>
          %3 = matmul %x, %wk {transposeB = false, to = f32} : tensor<[B,5,16] x f32> loc("m.nib":2:5 in k)
          %4 = reshape %3 {shape = [B,5,4,4]} : tensor<[B,5,4,4] x f32>
          %5 = transpose %4 {axes = [0,2,1,3]} : tensor<[B,4,5,4] x f32>
          %6 = matmul %2, %5 {transposeB = true, to = f32} : tensor<[B,4,5,5] x f32>
          %7 = mul %6, %slopes : tensor<[B,4,5,5] x f32>
          %8 = add %7, %mask : tensor<[B,4,5,5] x f32>
          %9 = softmax %8 : tensor<[B,4,5,5] x f32>
          %10 = matmul %x, %wv {transposeB = false, to = f32} : tensor<[B,5,16] x f32> loc("m.nib":3:5 in v)
          %11 = add %10, %bv : tensor<[B,5,16] x f32>
          %12 = reshape %11 {shape = [B,5,4,4]} : tensor<[B,5,4,4] x f32>
          %13 = transpose %12 {axes = [0,2,1,3]} : tensor<[B,4,5,4] x f32>
          %14 = matmul %9, %13 {transposeB = false, to = f32} : tensor<[B,4,5,4] x f32>
        """ + gate + """
          %15 = transpose GATED {axes = [0,2,1,3]} : tensor<[B,5,4,4] x f32>
          %16 = reshape %15 {shape = [B,5,16]} : tensor<[B,5,16] x f32>
          %17 = matmul %16, %wo {transposeB = false, to = f32} : tensor<[B,5,16] x f32> loc("m.nib":4:5 in o)
          %18 = add %x, %17 : tensor<[B,5,16] x f32>
          return %18
        }
        """.replace("GATED", gated));
  }

  private static Module feedForward() {
    return feedForward("", "%4");
  }

  private static Module attention() {
    return attention("", "%14");
  }

  private static String constant(double[] numbers) {
    return Arrays.toString(Arrays.stream(numbers).map(gate -> Math.max(gate, 0)).toArray());
  }

  private static List<Tensor> inputs(Module module) {
    return module.functions().get("main").parameters().stream()
        .map(parameter -> random(
            parameter.tensorType().substitute(name -> Dim.of(3)), parameter.name().hashCode()))
        .toList();
  }

  private static PassContext context(Module module) {
    return new PassContext(
        PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS)
            .withInputs(ImmutableMap.of("main", ImmutableList.copyOf(inputs(module)))), "prune-channels");
  }

  private static Module apply(String options, Module module, PassContext context) {
    Module after = REGISTRY.parse("prune-channels{" + options + "}").passes().getFirst().run(module, context);
    assertTrue(Verifier.check(after).isEmpty(), () -> Verifier.check(after).toString());
    return after;
  }

  private static double[] run(Module module) {
    return new Interpreter(Mode.EXACT, WEIGHTS).run(module.functions().get("main"), inputs(module)).getFirst()
        .elements();
  }

  private static boolean has(Module module, String type) {
    return Printer.print(module, REGISTRY.ir()).contains(type);
  }

  /** Gates that are not positive go with their channels, others are in the last weight. */
  @Test
  void channelsGoWithTheirGates() {
    PassContext context = context(feedForward());
    Module after = apply("at=down, gates=.gates", feedForward(), context);
    long kept = Arrays.stream(GATES_OF_CHANNELS).filter(gate -> gate > 0).count();
    assertArrayEquals(run(gated(GATES_OF_CHANNELS)), run(after), 1e-12);
    assertTrue(has(after, "tensor<[B," + kept + "] x f32>"));
    assertTrue(!has(after, "tensor<[B,32] x f32>"));
    assertEquals(3, context.decisions().size());
  }

  @Test
  void headsGoWithTheirGates() {
    PassContext context = context(attention());
    Module after = apply("at=o, gates=.gates", attention(), context);
    Module gated = attention(
        "%gates = constant {values = " + constant(GATES_OF_HEADS) + "} : tensor<[4,1,1] x f32>\n"
            + "%gated = mul %14, %gates : tensor<[B,4,5,4] x f32>\n", "%gated");
    assertArrayEquals(run(gated), run(after), 1e-12);
    assertTrue(has(after, "tensor<[B,2,5,5] x f32>") && has(after, "tensor<[B,5,8] x f32>"));
    assertTrue(!has(after, "tensor<[B,4,5,5] x f32>"));
    assertTrue(context.decisions().getFirst().subject().startsWith("weight 'q', 2 of 4 heads kept, with 100.00 % "),
        context.decisions().getFirst().subject());
  }

  /** By what weights and activations say, so many are kept: the result is that with the gates of the others at zero. */
  @ParameterizedTest
  @ValueSource(strings = {"magnitude", "wanda", "ria"})
  void aShareIsKept(String saliency) {
    PassContext context = context(feedForward());
    Module after = apply("at=down, keep=0.4, saliency=" + saliency + ", multiple=4", feedForward(), context);
    // 13 are rounded up to 16.
    assertTrue(has(after, "tensor<[B,16] x f32>") && !has(after, "tensor<[B,32] x f32>"));
    assertTrue(context.decisions().getLast().subject().contains("16 of 32 channels kept"));
    double[] gates = new double[CHANNELS];
    after.functions().get("main").body().walk(operation -> {
      if (operation.op() instanceof Constant constant) {
        assertEquals(16, constant.values().size());
        constant.values().forEach(channel -> gates[channel.intValue()] = 1);
      }
    });
    assertEquals(16, Arrays.stream(gates).sum());
    assertArrayEquals(run(gated(gates)), run(after), 1e-12);
  }

  private static Module gated(double[] gates) {
    return feedForward(
        "%gates = constant {values = " + constant(gates) + "} : tensor<[32] x f32>\n"
            + "%gated = mul %4, %gates : tensor<[B,32] x f32>\n", "%gated");
  }

  /** The kept count is exact, and which are kept is what their scores say. */
  @Test
  void theLargestMagnitudesAreKept() {
    Tensor down = WEIGHTS.weight("d", TensorType.of(Shape.of(16, 32), Formats.F32));
    double[] worth = new double[CHANNELS];
    for (int i = 0; i < down.size(); i++) {
      worth[i % CHANNELS] += Math.abs(down.elements()[i]);
    }
    double least = Arrays.stream(worth).sorted().toArray()[CHANNELS - 8];
    double[] gates = Arrays.stream(worth).map(score -> score >= least ? 1 : 0).toArray();
    Module after = apply("at=down, keep=0.25", feedForward(), context(feedForward()));
    assertArrayEquals(run(gated(gates)), run(after), 1e-12);
  }

  /** A product between two others loses rows and columns. */
  @Test
  void productsInARow() {
    Module module = IrText.module("""
        func @main(%x: tensor<[B,8] x f32>) {
          %a = weight {key = "a"} : tensor<[8,16] x f32>
          %b = weight {key = "b"} : tensor<[16,12] x f32>
          %c = weight {key = "c"} : tensor<[12,8] x f32>
          %0 = matmul %x, %a {transposeB = false, to = f32} : tensor<[B,16] x f32> loc("m.nib":1:5 in a)
          %1 = relu %0 : tensor<[B,16] x f32>
          %2 = matmul %1, %b {transposeB = false, to = f32} : tensor<[B,12] x f32> loc("m.nib":2:5 in b)
          %3 = relu %2 : tensor<[B,12] x f32>
          %4 = matmul %3, %c {transposeB = false, to = f32} : tensor<[B,8] x f32> loc("m.nib":3:5 in c)
          return %4
        }
        """);
    PassManager manager = PassManager.of(REGISTRY, context(module).environment());
    PassRun run = manager.validating(Validator.of(manager.environment(), 1)).run(
        module, REGISTRY.parse("prune-channels{keep=0.5}, fold-constants, sparsify{weight=2:4, if-pays=false}"));
    assertTrue(run.failures().isEmpty(), () -> run.failures().toString());
    assertTrue(has(run.output(), "tensor<[B,8] x f32>") && has(run.output(), "tensor<[B,6] x f32>"));
    assertTrue(!has(run.output(), "tensor<[B,16] x f32>"));
  }

  /** Attention as one op; where key heads are shared, heads of queries do not go alone. */
  @ParameterizedTest
  @ValueSource(ints = {4, 2})
  void attentionAsOneOp(int keys) {
    Module module = IrText.module("""
        func @main(%%x: tensor<[B,5,16] x f32>, %%k: tensor<[B,%1$d,5,4] x f32>, %%mask: tensor<[1,5] x f32>) {
          %%wq = weight {key = "q"} : tensor<[16,16] x f32>
          %%wo = weight {key = "o"} : tensor<[16,16] x f32>
          %%wk = weight {key = "k"} : tensor<[16,%2$d] x f32>
          %%0 = matmul %%x, %%wq {transposeB = false, to = f32} : tensor<[B,5,16] x f32> loc("m.nib":1:5 in q)
          %%1 = reshape %%0 {shape = [B,5,4,4]} : tensor<[B,5,4,4] x f32>
          %%2 = transpose %%1 {axes = [0,2,1,3]} : tensor<[B,4,5,4] x f32>
          %%3 = matmul %%x, %%wk {transposeB = false, to = f32} : tensor<[B,5,%2$d] x f32> loc("m.nib":2:5 in k)
          %%4 = reshape %%3 {shape = [B,5,%1$d,4]} : tensor<[B,5,%1$d,4] x f32>
          %%5 = transpose %%4 {axes = [0,2,1,3]} : tensor<[B,%1$d,5,4] x f32>
          %%6 = attention %%2, %%5, %%5, %%mask {scale = 0.5, causal = none, to = f32} : tensor<[B,4,5,4] x f32>
          %%7 = transpose %%6 {axes = [0,2,1,3]} : tensor<[B,5,4,4] x f32>
          %%8 = reshape %%7 {shape = [B,5,16]} : tensor<[B,5,16] x f32>
          %%9 = matmul %%8, %%wo {transposeB = false, to = f32} : tensor<[B,5,16] x f32> loc("m.nib":3:5 in o)
          return %%9
        }
        """.formatted(keys, 4 * keys));
    if (keys == 4) {
      Module after = apply("at=o, keep=0.5", module, context(module));
      assertTrue(has(after, "tensor<[B,2,5,4] x f32>") && has(after, "tensor<[B,5,8] x f32>"));
    } else {
      assertEquals("some of them share what attention takes", skipped("at=o, keep=0.5", module));
    }
  }

  private static String skipped(String options, Module module) {
    PassContext context = context(module);
    assertEquals(module, apply(options, module, context));
    Decision decision = context.decisions().getFirst();
    assertEquals(Decision.Outcome.SKIPPED, decision.outcome());
    return decision.reason();
  }

  @Test
  void whatCanNotBeFollowedIsSkipped() {
    assertEquals("its channels are those of the input %x", skipped("at=up, keep=0.5", feedForward()));
    assertEquals("all of them are kept", skipped("at=down, keep=1", feedForward()));
    Module seen = IrText.module("""
        func @main(%x: tensor<[B,8] x f32>) {
          %a = weight {key = "a"} : tensor<[8,16] x f32>
          %c = weight {key = "c"} : tensor<[16,8] x f32>
          %0 = matmul %x, %a {transposeB = false, to = f32} : tensor<[B,16] x f32>
          %1 = softmax %0 : tensor<[B,16] x f32>
          %2 = matmul %0, %c {transposeB = false, to = f32} : tensor<[B,8] x f32> loc("m.nib":3:5 in c)
          return %1, %2
        }
        """);
    assertEquals("its channels are read by softmax as well", skipped("at=c, keep=0.5", seen));
  }

  @Test
  void optionsThatMakeNoSense() {
    for (String options : List.of("", "keep=0", "keep=1.5", "keep=0.5, multiple=0")) {
      assertThrows(InputException.class, () -> REGISTRY.parse("prune-channels{" + options + "}"), options);
    }
    PassContext none = new PassContext(PassEnvironment.of(REGISTRY.ir()), "prune-channels");
    assertEquals("prune-channels has no weights to choose by", assertThrows(
        InputException.class, () -> apply("at=down, keep=0.5", feedForward(), none)).getMessage());
  }
}
