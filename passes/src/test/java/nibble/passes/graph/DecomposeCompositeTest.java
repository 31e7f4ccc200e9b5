package nibble.passes.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.op.CompositeOp;
import nibble.ir.rewrite.RewriteDriver;
import nibble.passes.NumericEffect;
import nibble.passes.testing.IrText;
import nibble.passes.testing.RewriteVerifier;
import nibble.passes.testing.SpecialNumbers;
import nibble.passes.validate.ValidationReport;
import nibble.passes.validate.Validator;

class DecomposeCompositeTest {
  private static final String COMPOSITES = """
      func @silu(%x: tensor<[2,4] x f32>) {
        %0 = silu %x : tensor<[2,4] x f32>
        return %0
      }
      func @sigmoid(%x: tensor<[2,4] x bf16>) {
        %0 = sigmoid %x : tensor<[2,4] x bf16>
        return %0
      }
      func @gelu(%x: tensor<[2,4] x f32>) {
        %0 = gelu %x {kind = erf} : tensor<[2,4] x f32>
        %1 = gelu %x {kind = tanh} : tensor<[2,4] x f32>
        return %0, %1
      }
      func @softmax(%x: tensor<[2,4] x f16>) {
        %0 = softmax %x : tensor<[2,4] x f16>
        return %0
      }
      func @norms(%x: tensor<[2,4] x f32>) {
        %g = weight {key = "gamma"} : tensor<[4] x f32>
        %b = weight {key = "beta"} : tensor<[4] x f32>
        %0 = layer_norm %x, %g, %b {epsilon = 1.0E-5} : tensor<[2,4] x f32>
        %1 = rms_norm %x, %g {epsilon = 1.0E-5} : tensor<[2,4] x f32>
        return %0, %1
      }
      """;

  private static Module decomposed(Module module, String... ops) {
    return new RewriteDriver(new DecomposeComposite(ImmutableList.copyOf(ops))).apply(module);
  }

  @Example
  void leavesNoCompositeOp() {
    for (Function function : decomposed(IrText.module(COMPOSITES)).functions().values()) {
      function.body().walk(operation -> assertTrue(!(operation.op() instanceof CompositeOp), operation.toString()));
    }
  }

  @Example
  void doesNotFire() {
    Module module = IrText.module(COMPOSITES);
    assertSame(module, decomposed(module, "relu"));
    Module simple = IrText.module("""
        func @main(%x: tensor<[B,4] x f32>) {
          %0 = exp %x : tensor<[B,4] x f32>
          return %0
        }
        """);
    assertSame(simple, decomposed(simple));
  }

  /**
   * Exact up to the noise of f64, and within the roundings that the composite op allows itself; infinities and NaN too.
   */
  @Property(tries = 300)
  void meansTheSame(@ForAll("numbers") List<Double> numbers) {
    Module before = IrText.module(COMPOSITES);
    RewriteVerifier samples = new RewriteVerifier(numbers, List.of(Mode.values()));
    ImmutableMap.Builder<String, ImmutableList<Tensor>> inputs = ImmutableMap.builder();
    before.functions().forEach((name, function) -> inputs.put(name, samples.inputs(function)));
    ValidationReport report = new Validator(Optional.empty(), inputs.buildOrThrow(), 1)
        .check("decompose", new NumericEffect.Exact(), before, decomposed(before), List.of());
    assertEquals(5, report.functions().size());
    assertTrue(report.ok(), report::text);
  }

  @Provide
  Arbitrary<List<Double>> numbers() {
    return SpecialNumbers.lists();
  }
}
