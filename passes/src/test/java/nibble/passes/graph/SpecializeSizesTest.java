package nibble.passes.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.passes.NumericEffect;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.testing.IrText;
import nibble.passes.validate.ValidationReport;
import nibble.passes.validate.Validator;
import org.junit.jupiter.api.Test;

class SpecializeSizesTest {
  private static final Module MODULE = IrText.module("""
      func @main(%x: tensor<[B,4] x f32>) {
        %0 = reshape %x {shape = [4*B]} : tensor<[4*B] x f32>
        %1 = for %0 {from = 0, to = B} do (%i: tensor<[] x i32>, %a: tensor<[4*B] x f32>) {
          %2 = tanh %a : tensor<[4*B] x f32>
          yield %2
        } : tensor<[4*B] x f32>
        %3 = broadcast %1 {shape = [S,4*B]} : tensor<[S,4*B] x f32>
        %4 = slice %3 {axis = 1, from = B, to = 2*B, step = 1} : tensor<[S,B] x f32>
        %5 = reduce_sum %4 {axes = [0], keep = false} : tensor<[B] x f32>
        return %5
      }
      """);

  private static Module specialized(ImmutableMap<String, Long> sizes) {
    return new SpecializeSizes(sizes)
        .run(MODULE, new PassContext(PassEnvironment.of(Registry.core()), "specialize"));
  }

  @Test
  void keepsItsPromiseAndTheOtherSizes() {
    Module after = specialized(ImmutableMap.of("B", 3L));
    assertEquals(List.of("S"), List.copyOf(after.symbols().keySet()));
    ValidationReport report =
        Validator.generated(1).check("specialize", new NumericEffect.Exact(), MODULE, after, List.of());
    assertTrue(report.ok(), report::text);
    assertEquals(3, report.functions().getFirst().elements());
  }

  @Test
  void doesNotFire() {
    assertSame(MODULE, specialized(ImmutableMap.of()));
  }
}
