package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nibble.ir.Module;
import nibble.ir.verify.Verifier;
import nibble.passes.Decision;
import nibble.passes.Decision.Outcome;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.PassRun;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import nibble.passes.validate.Validator;
import org.junit.jupiter.api.Test;

class KeepValuesQuantizedTest {
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final String INT8 = "quantize{weight=i8:channel, act=i8:token},";

  /** A layer with its norm in front, as in most models of today. */
  private static Module layer() {
    return IrText.module("""
        func @main(%x: tensor<[B,16] x f32>) {
          %g = weight {key = "g"} : tensor<[16] x f32>
          %w = weight {key = "w"} : tensor<[16,16] x f32>
          %0 = relu %x : tensor<[B,16] x f32>
          %1 = rms_norm %0, %g {epsilon = 1.0E-6} : tensor<[B,16] x f32> loc("m.nib":1:1 in norm)
          %2 = matmul %1, %w {transposeB = false, to = f32} : tensor<[B,16] x f32> loc("m.nib":2:1 in a)
          %3 = add %1, %2 : tensor<[B,16] x f32> loc("m.nib":3:1 in a)
          %4 = silu %2 : tensor<[B,16] x f32> loc("m.nib":4:1 in b)
          %5 = add %3, %4 : tensor<[B,16] x f32> loc("m.nib":5:1 in b)
          return %5
        }
        """);
  }

  private static Module apply(String pipeline, Module module, PassContext context) {
    Module after = module;
    for (var pass : REGISTRY.parse(pipeline).passes()) {
      after = pass.run(after, context);
    }
    assertTrue(Verifier.check(after).isEmpty());
    return after;
  }

  private static PassContext context() {
    return new PassContext(PassEnvironment.of(REGISTRY.ir()), "quant-dataflow");
  }

  /** What reads codes: names of ops with a dequantized operand, in order. */
  private static List<String> readers(Module module) {
    List<String> codes = module.functions().get("main").body().operations().stream()
        .filter(operation -> operation.op().name().equals("dequantize"))
        .map(operation -> operation.result().name()).toList();
    return module.functions().get("main").body().operations().stream()
        .filter(operation -> operation.operands().stream().anyMatch(operand -> codes.contains(operand.name())))
        .map(operation -> operation.op().name()).toList();
  }

  private static long quantizers(Module module) {
    return module.functions().get("main").body().operations().stream()
        .filter(operation -> operation.op().name().equals("quantize")).count();
  }

  /** The sum reads the codes that the product reads: quantized once, and the norm's numbers are needed no more. */
  @Test
  void whatAProductQuantizesAllRead() {
    PassContext context = context();
    Module after = apply(INT8 + "quant-dataflow,cse,dce", layer(), context);
    assertEquals(List.of("matmul", "add"), readers(after), after.toString());
    assertEquals(2, quantizers(after), "the activation's and the weight's");
    Decision decision = context.decisions().getLast();
    assertEquals("value %1 read as i8, scale<token, f32> by add", decision.subject());
    assertEquals("a product quantizes it so", decision.reason());
    assertEquals("64*B", decision.cost().orElseThrow().bytesBefore().toString());
    assertEquals("20*B", decision.cost().orElseThrow().bytesAfter().toString());
  }

  @Test
  void normsReadTheLayoutThatIsGiven() {
    Module after = apply(INT8 + "quant-dataflow{layout=i8:group 8},cse,dce", layer(), context());
    assertEquals(List.of("rms_norm", "matmul", "add"), readers(after), after.toString());
  }

  @Test
  void activationFunctionsReadItWhereTheyAreAskedFor() {
    PassContext context = context();
    Module after =
        apply(INT8 + "quant-dataflow{layout=i8:group 8, readers=nonlinear},cse,dce", layer(), context);
    assertEquals(List.of("rms_norm", "matmul", "add", "silu"), readers(after), after.toString());
    Decision silu = context.decisions().getLast();
    // The sum and the function read it; and its codes are written.
    assertEquals("value %2 read as i8, scale<group 8, f32> by add, silu".replace("%2", silu.subject().split(" ")[1]),
        silu.subject());
    assertEquals("128*B", silu.cost().orElseThrow().bytesBefore().toString());
    assertEquals("72*B", silu.cost().orElseThrow().bytesAfter().toString());
  }

  @Test
  void sumsMayKeepTheirPrecision() {
    Module after =
        apply(INT8 + "quant-dataflow{layout=i8:group 8, readers=nonlinear, sums=false},cse,dce", layer(), context());
    assertEquals(List.of("rms_norm", "matmul", "silu"), readers(after), after.toString());
  }

  @Test
  void pathsSayWhoReads() {
    Module after =
        apply(INT8 + "quant-dataflow{at=b, layout=i8:group 8, readers=nonlinear},cse,dce", layer(), context());
    assertEquals(List.of("matmul", "silu"), readers(after), after.toString());
  }

  @Test
  void whatIsNeverQuantizedStaysAsItIs() {
    Module module = layer();
    assertSame(module, apply("quant-dataflow", module, context()));
  }

  @Test
  void resultsViewsAndSeveralLayoutsAreLeftWithAReason() {
    Module module = IrText.module("""
        func @main(%x: tensor<[B,16] x f32>) {
          %w = weight {key = "w"} : tensor<[16,16] x f32>
          %0 = exp %x : tensor<[B,16] x f32>
          %1 = matmul %0, %w {transposeB = false, to = f32} : tensor<[B,16] x f32> loc("m.nib":1:1 in a)
          %2 = add %0, %1 : tensor<[B,16] x f32>
          %3 = exp %2 : tensor<[B,16] x f32>
          %4 = matmul %3, %w {transposeB = false, to = f32} : tensor<[B,16] x f32> loc("m.nib":2:1 in b)
          %5 = reshape %3 {shape = [16*B]} : tensor<[16*B] x f32>
          %6 = add %3, %4 : tensor<[B,16] x f32>
          %7 = exp %6 : tensor<[B,16] x f32>
          %8 = matmul %7, %w {transposeB = false, to = f32} : tensor<[B,16] x f32> loc("m.nib":3:1 in c)
          %9 = matmul %7, %w {transposeB = false, to = f32} : tensor<[B,16] x f32> loc("m.nib":4:1 in d)
          %10 = add %7, %8 : tensor<[B,16] x f32>
          %11 = add %9, %10 : tensor<[B,16] x f32>
          return %0, %5, %11
        }
        """);
    PassContext context = context();
    Module quantized = apply("quantize{at=[a, b, c], weight=i8:channel, act=i8:token},quantize{at=d, act=i8:tensor}",
        module, context);
    PassContext own = context();
    assertSame(quantized, apply("quant-dataflow", quantized, own));
    assertEquals(
        List.of(
            "it is a result of the function, so its numbers are stored",
            "a view of it is read as well, so its numbers are stored",
            "products quantize it in 2 ways, and none of these is that of all"),
        own.decisions().stream().map(Decision::reason).toList());
    assertTrue(own.decisions().stream().allMatch(decision -> decision.outcome() == Outcome.SKIPPED));
  }

  /** It declares that numbers change, and records each change. */
  @Test
  void itKeepsItsPromise() {
    PassRun run = PassManager.of(REGISTRY, PassEnvironment.of(REGISTRY.ir())).validating(Validator.generated(1))
        .run(layer(), REGISTRY.parse(INT8 + "quant-dataflow{layout=i8:group 8, readers=nonlinear},cse,dce"));
    assertEquals(List.of(), run.failures());
  }

  @Test
  void aSecondTimeChangesNothing() {
    String pipeline = "quant-dataflow{layout=i8:group 8, readers=nonlinear},cse,dce";
    Module once = apply(INT8 + pipeline, layer(), context());
    assertEquals(once, apply(pipeline, once, context()));
  }
}
