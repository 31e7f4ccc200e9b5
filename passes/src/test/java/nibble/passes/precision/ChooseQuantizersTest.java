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
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Shape;
import nibble.ir.verify.Verifier;
import nibble.passes.Decision;
import nibble.passes.Decision.Outcome;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import org.junit.jupiter.api.Test;

class ChooseQuantizersTest {
  private static final WeightSource WEIGHTS = (key, type) -> random(type, key.hashCode(), key.equals("easy"));
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final Tensor SAMPLE = random(TensorType.of(Shape.of(6, 16), Formats.F32), 1, false);
  private static final String NARROW_OR_WIDE = "weight=[i4:channel, i8:channel], act=[i4:token, i8:token]";

  /** Normally distributed; or 1 and -1, which every quantizer keeps. */
  private static Tensor random(TensorType type, long seed, boolean signsAlone) {
    Random random = new Random(seed);
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    for (int i = 0; i < elements.length; i++) {
      double number = random.nextGaussian();
      elements[i] = (float) (signsAlone ? Math.signum(number) : number);
    }
    return Tensor.of(type, elements);
  }

  /** Two products in blocks of their own, the first with a weight that quantizers keep. */
  private static Module module() {
    return IrText.module("""
        func @main(%x: tensor<[B,16] x f32>) {
          %v = weight {key = "easy"} : tensor<[16,16] x f32>
          %0 = matmul %x, %v {transposeB = false, to = f32} : tensor<[B,16] x f32> loc("m.nib":3:5 in a.q)
          %1 = add %x, %0 : tensor<[B,16] x f32> loc("m.nib":4:5 in a)
          %w = weight {key = "rough"} : tensor<[16,16] x f32>
          %2 = matmul %1, %w {transposeB = false, to = f32} : tensor<[B,16] x f32> loc("m.nib":5:5 in b.q)
          %3 = add %1, %2 : tensor<[B,16] x f32> loc("m.nib":6:5 in b)
          return %1, %3
        }
        """);
  }

  private static PassContext context() {
    return new PassContext(
        PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS).withInputs(ImmutableMap.of(
            "main", ImmutableList.of(SAMPLE))), "mixed-precision");
  }

  private static Module apply(String options, PassContext context) {
    Module after = REGISTRY.parse("mixed-precision{" + options + "}").passes().getFirst().run(module(), context);
    assertTrue(Verifier.check(after).isEmpty());
    return after;
  }

  /** Formats of all codes, in order. */
  private static List<String> codes(Module module) {
    return module.functions().get("main").body().operations().stream()
        .flatMap(operation -> operation.op() instanceof Quantize quantize
            ? List.of(quantize.result().format().name()).stream() : List.<String>of().stream())
        .toList();
  }

  @Test
  void theHarderProductGetsTheBits() {
    PassContext context = context();
    assertEquals(List.of("i4", "i4", "i8", "i8"), codes(apply(NARROW_OR_WIDE + ", bits=8", context)));
    List<String> choices = context.decisions().stream().map(Decision::subject)
        .filter(subject -> subject.startsWith("product in ")).toList();
    assertEquals(2, choices.size());
    assertTrue(choices.getFirst().matches("product in i4:token x i4:channel of 6.00 bits, \\d\\d.\\d dB at its result"),
        choices.getFirst());
    assertTrue(context.decisions().getFirst().reason().matches("asked for every product with a weight; the least error "
        + "within 8.0 bits on average, i8:token x i8:channel of 10.00 bits would have \\d\\d.\\d dB at its result"),
        context.decisions().getFirst().reason());
  }

  /** With no target at all, and with one that nothing reaches, it is {@code quantize} with the one or the other. */
  @Test
  void extremeTargetsAreOneCandidateEverywhere() {
    assertEquals(quantized("weight=i4:channel, act=i4:token"), apply(NARROW_OR_WIDE + ", sqnr=-1000", context()));
    assertEquals(quantized("weight=i8:channel, act=i8:token"), apply(NARROW_OR_WIDE + ", sqnr=1000", context()));
  }

  private static Module quantized(String options) {
    return REGISTRY.parse("quantize{" + options + "}").passes().getFirst().run(module(), context());
  }

  @Test
  void aTargetIsReachedWithTheFewestBits() {
    PassContext context = context();
    apply(NARROW_OR_WIDE + ", sqnr=15", context);
    for (Decision decision : context.decisions()) {
      if (decision.subject().startsWith("product in ")) {
        double sqnr = decision.cost().orElseThrow().sqnrDb().orElseThrow();
        boolean narrow = decision.subject().contains("i4:");
        assertTrue(narrow == sqnr < 30 && sqnr >= 15, decision.text());
      }
    }
  }

  @Test
  void aProductMayBeLeftAsItIs() {
    PassContext context = context();
    assertEquals(List.of("i4", "i4"), codes(apply("weight=[i4:channel], act=[i4:token], keep=16, bits=11", context)));
    assertTrue(context.decisions().stream().anyMatch(
        decision -> decision.subject().startsWith("product in the precision it has of 16.00 bits")));
  }

  /** The second product is not seen by the first result, so nothing is lost there however narrow it is. */
  @Test
  void theErrorMayBeThatOfTheOutput() {
    PassContext context = context();
    assertEquals(List.of("i8", "i8", "i4", "i4"), codes(apply(NARROW_OR_WIDE + ", bits=8, error=output", context)));
    assertEquals(Double.POSITIVE_INFINITY, context.decisions().stream()
        .filter(decision -> decision.location().path().equals("b.q")).findFirst().orElseThrow()
        .cost().orElseThrow().sqnrDb().orElseThrow());
  }

  /** A line goes through two points, so that what it predicts of two products is what was measured. */
  @Test
  void theErrorMayBePredictedByTheChangeOfTheBlock() {
    PassContext context = context();
    assertEquals(List.of("i4", "i4", "i8", "i8"), codes(apply(NARROW_OR_WIDE + ", bits=8, error=change", context)));
    assertTrue(context.decisions().getFirst().reason().matches(
        ".*; predicted for a block that changes its input by \\d+\\.\\d+: i4:token x i4:channel -?0\\.\\d+ change "
            + "[+-]\\d\\.\\d+, correlation -?1\\.00, i8:token x i8:channel -?0\\.\\d+ change .*"),
        context.decisions().getFirst().reason());
  }

  @Test
  void oneOperandAloneMayHaveCandidates() {
    Module after = apply("weight=[i4:channel, i8:channel], bits=20", context());
    assertEquals(List.of("i4", "i8"), codes(after));
  }

  @Test
  void pathsAreKept() {
    PassContext context = context();
    assertEquals(List.of("i4", "i4"), codes(apply("at=b.*, " + NARROW_OR_WIDE + ", sqnr=-1000", context)));
    assertTrue(context.decisions().stream().allMatch(decision -> decision.location().path().equals("b.q")));
  }

  @Test
  void productsOfActivationsAreLeftAlone() {
    Module module = IrText.module("""
        func @main(%x: tensor<[B,16] x f32>) {
          %0 = matmul %x, %x {transposeB = true, to = f32} : tensor<[B,B] x f32>
          return %0
        }
        """);
    PassContext context = context();
    assertEquals(module, REGISTRY.parse("mixed-precision{" + NARROW_OR_WIDE + ", bits=8}").passes().getFirst()
        .run(module, context));
    assertEquals(List.of(Outcome.SKIPPED), context.decisions().stream().map(Decision::outcome).toList());
    assertEquals("its right operand is no weight but the input %x", context.decisions().getFirst().reason());
  }

  @Test
  void aBudgetBelowAllCandidatesIsRefused() {
    assertEquals("mixed-precision can't keep to 3.0 bits: the narrowest candidates take 6.00",
        assertThrows(InputException.class, () -> apply(NARROW_OR_WIDE + ", bits=3", context())).getMessage());
  }

  @Test
  void withoutSampleInputsItIsRefused() {
    PassContext none = new PassContext(PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS), "mixed-precision");
    assertEquals("mixed-precision has no sample inputs of @main",
        assertThrows(InputException.class, () -> apply(NARROW_OR_WIDE + ", bits=8", none)).getMessage());
  }

  /** Sample inputs are those of the function that is run; the products of others are left, with the reason. */
  @Test
  void aFunctionWithoutSampleInputsIsLeft() {
    Module two = IrText.module("""
        func @main(%x: tensor<[B,16] x f32>) {
          %w = weight {key = "rough"} : tensor<[16,16] x f32>
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,16] x f32> loc("m.nib":3:5 in a)
          return %0
        }
        func @other(%x: tensor<[B,16] x f32>) {
          %w = weight {key = "rough"} : tensor<[16,16] x f32>
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,16] x f32> loc("m.nib":7:5 in b)
          return %0
        }
        func @plain(%x: tensor<[B,16] x f32>) {
          return %x
        }
        """);
    PassContext context = context();
    Module after =
        REGISTRY.parse("mixed-precision{" + NARROW_OR_WIDE + ", bits=8}").passes().getFirst().run(two, context);
    assertEquals(List.of("i4", "i4"), codes(after));
    assertEquals(two.functions().get("other"), after.functions().get("other"));
    assertEquals(List.of("b: there are no sample inputs of @other, but of @main alone"), context.decisions().stream()
        .filter(decision -> decision.outcome() == Outcome.SKIPPED)
        .map(decision -> decision.location().path() + ": " + decision.reason()).toList());
  }

  @Test
  void optionsMustMakeSense() {
    for (String options : List.of(
        "bits=8", NARROW_OR_WIDE, NARROW_OR_WIDE + ", bits=8, sqnr=20",
        "weight=[i4:channel], act=[i4:token, i8:token], bits=8", "act=[i4:channel], bits=8")) {
      assertThrows(InputException.class, () -> REGISTRY.parse("mixed-precision{" + options + "}"), options);
    }
  }
}
