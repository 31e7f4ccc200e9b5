package nibble.passes.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.testing.IrText;
import nibble.passes.testing.TestPasses;
import nibble.passes.validate.ValidationReport.Failure;
import nibble.passes.validate.ValidationReport.FunctionReport;
import org.junit.jupiter.api.Test;

class ValidatorTest {
  private static final PassRegistry REGISTRY = TestPasses.REGISTRY;
  private static final Module MODULE = IrText.module("""
      func @main(%x: tensor<[B,4] x f32>) {
        %w = weight {key = "w"} : tensor<[4,3] x f32>
        %0 = erf %x : tensor<[B,4] x f32> loc("m.nib":1:1 in a)
        %1 = matmul %0, %w {transposeB = false, to = f32} : tensor<[B,3] x f32> loc("m.nib":2:1 in b)
        return %1
      }
      """);

  private static ValidationReport validate(Module module, String pipeline) {
    return validate(module, pipeline, Validator.generated(5));
  }

  private static ValidationReport validate(Module module, String pipeline, Validator validator) {
    return PassManager.of(REGISTRY, PassEnvironment.of(REGISTRY.ir()))
        .validating(validator)
        .run(module, REGISTRY.parse(pipeline))
        .steps().getFirst().validation().orElseThrow();
  }

  private static Failure failure(ValidationReport report) {
    return report.functions().getFirst().failure().orElseThrow(() -> new AssertionError(report.text()));
  }

  @Test
  void aPassThatChangesNothingKeepsAnyPromise() {
    ValidationReport report = validate(MODULE, "says-changes{trick=copy}");
    assertTrue(report.ok(), report.text());
    assertEquals(ImmutableList.of(), report.functions());
  }

  @Test
  void madeUpSizesAreLargeEnoughForWhatIsCut() {
    ValidationReport report = validate(IrText.module("""
        func @main(%x: tensor<[B,S] x f32>) {
          %0 = slice %x {axis = 1, from = 0, to = 9, step = 1} : tensor<[B,9] x f32>
          %1 = slice %x {axis = 1, from = 9, to = S, step = 1} : tensor<[B,S - 9] x f32>
          return %0, %1
        }
        """), "says-changes{trick=add-a-billionth, records=true}");
    assertTrue(report.ok(), report.text());
  }

  @Test
  void exactAllowsTheNoiseOfF64() {
    Module wide = IrText.module("""
        func @main(%x: tensor<[B,4] x f64>) {
          return %x
        }
        """);
    ValidationReport report = validate(wide, "says-exact{trick=add-and-subtract}");
    assertTrue(report.functions().getFirst().distance().maxAbsError() > 0, "nothing to allow: " + report.text());
    Failure failure = failure(report);
    // In exact interpretation it is noise; in faithful interpretation the program rounded nothing before.
    assertTrue(failure.check().startsWith("faithful"), report.text());
  }

  /** Attention by a scheme has no parts to be analysed, but bounds of its own. */
  @Test
  void attentionBySchemesIsValidated() {
    Module attention = IrText.module("""
        func @main(%x: tensor<[1,4,16] x f16>) {
          %0 = attention %x, %x, %x {scale = 0.25, causal = none, scheme = sage1, to = f32} : tensor<[1,4,16] x f32>
          return %0
        }
        """);
    assertEquals(1, validate(attention, "says-exact{trick=add-and-subtract}").functions().size());
  }

  @Test
  void exactFindsABillionth() {
    ValidationReport report = validate(MODULE, "says-exact{trick=add-a-billionth}");
    assertFalse(report.ok());
    assertEquals("exact interpretation", failure(report).check());
    assertTrue(failure(report).where().startsWith("result 0 at [0, 0]: "), report.text());
    assertTrue(report.text().startsWith("says-exact (exact): NOT KEPT\n  @main: max difference 1"), report.text());
  }

  @Test
  void exactFindsARoundingThatExactInterpretationDoesNotSee() {
    ValidationReport report = validate(MODULE, "says-exact{trick=round-to-f16}");
    assertEquals(0, report.functions().getFirst().distance().maxAbsError());
    assertTrue(failure(report).check().startsWith("faithful interpretation"), report.text());
    assertEquals(0, report.functions().getFirst().unbounded());
  }

  @Test
  void exactFindsNumbersThatBecomeNaN() {
    ValidationReport report = validate(MODULE, "says-exact{trick=add-difference-of-huge}");
    assertTrue(failure(report).where().contains("NaN after"), report.text());
  }

  @Test
  void namesTheFirstOperationThatDiffers() {
    ValidationReport report = validate(IrText.module("""
        func @main(%x: tensor<[B,4] x f32>) {
          %0 = erf %x : tensor<[B,4] x f32> loc("m.nib":1:1 in a)
          %1 = neg %0 : tensor<[B,4] x f32> loc("m.nib":2:1 in b)
          %2 = exp %1 : tensor<[B,4] x f32> loc("m.nib":3:1 in c)
          return %2
        }
        """), "says-exact{trick=erf-by-tanh}");
    String first = failure(report).firstOperation().orElseThrow(() -> new AssertionError(report.text()));
    assertTrue(first.startsWith("%1 = neg loc(\"m.nib\":2:1 in b) at [0, 0]: "), first);
  }

  @Test
  void changesOnPurposeMustBeRecorded() {
    ValidationReport silent = validate(MODULE, "says-changes{trick=add-a-billionth}");
    assertEquals(Optional.of("it changed the module but left no decision record"), silent.problem());
    ValidationReport recorded = validate(MODULE, "says-changes{trick=add-a-billionth, records=true}");
    assertTrue(recorded.ok(), recorded.text());
    assertEquals(1e-9, recorded.functions().getFirst().distance().maxAbsError(), 1e-15);
  }

  @Test
  void boundsAreCarriedThroughTheProgram() {
    // tanh(2x/sqrt(pi)) and erf(x) are less than 0.04 apart everywhere, and more than 0.001 somewhere on the inputs.
    ValidationReport kept = validate(MODULE, "says-bounded{trick=erf-by-tanh, bound=0.04}");
    assertTrue(kept.ok(), kept.text());
    ValidationReport broken = validate(MODULE, "says-bounded{trick=erf-by-tanh, bound=0.001}");
    assertEquals("exact interpretation", failure(broken).check());
  }

  @Test
  void callersMustNotNotice() {
    assertTrue(validate(MODULE, "says-exact{trick=narrow-result}").problem().orElseThrow()
        .contains("was [rank 2 f32] -> [rank 2 f32] and is [rank 2 f32] -> [rank 2 f16]"));
    assertTrue(validate(MODULE, "says-exact{trick=drop-function}").problem().orElseThrow().contains("functions"));
  }

  @Test
  void specialisedFunctionsAreRunAtTheirSizes() {
    ValidationReport report = validate(MODULE, "specialize{B=7}");
    assertTrue(report.ok(), report.text());
    assertEquals(21, report.functions().getFirst().elements());
  }

  @Test
  void givenInputsAndWeightsAreUsed() {
    Tensor input = Tensor.of(TensorType.of(Shape.of(5, 4), Formats.F32), new double[20]);
    PassEnvironment environment = PassEnvironment.of(REGISTRY.ir())
        .withWeights((key, type) -> Tensor.generate(type, i -> 1))
        .withInputs(ImmutableMap.of("main", ImmutableList.of(input)));
    FunctionReport report =
        validate(MODULE, "says-exact{trick=add-a-billionth}", Validator.of(environment, 1)).functions().getFirst();
    assertEquals(15, report.elements());
    assertTrue(report.failure().orElseThrow().where().contains("0.0 before, 1.0E-9 after"), report.toString());
  }

  @Test
  void integersIndexTablesWithinBounds() {
    Module gathers = IrText.module("""
        func @main(%ids: tensor<[B,S] x i32>) {
          %t = weight {key = "table"} : tensor<[3,4] x f32>
          %0 = reshape %ids {shape = [B*S]} : tensor<[B*S] x i32>
          %1 = gather %t, %0 {axis = 0} : tensor<[B*S,4] x f32>
          %2 = gelu %1 {kind = tanh} : tensor<[B*S,4] x f32>
          return %2
        }
        """);
    ValidationReport report = validate(gathers, "decompose");
    assertTrue(report.ok(), report.text());
    assertEquals(0, report.functions().getFirst().unbounded());
  }
}
