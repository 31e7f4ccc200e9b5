package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.layout.ScaleRules;
import nibble.ir.op.Quantize;
import nibble.ir.op.Scales;
import nibble.ir.op.Weight;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.shape.Shape;
import nibble.passes.precision.GiveRoundedWeights.Rounded;
import nibble.passes.testing.IrText;
import org.junit.jupiter.api.Test;

class GiveRoundedWeightsTest {
  private static final Module BEFORE = IrText.module("""
      func @main() {
        %w = weight {key = "w"} : tensor<[16,8] x f32>
        %0 = quantize %w {rounding = nearest_even} : tensor<[16,8] x i8, scale<axis 1, f32>>
        %1 = quantize %w {rounding = nearest_even} : tensor<[16,8] x i4, scale<axis 1, f32>>
        return %0, %1
      }
      """);

  @Test
  void theQuantizerThatIsAskedForReadsValuesAndScales() {
    Value first = BEFORE.functions().get("main").body().operations().stream()
        .filter(operation -> operation.op() instanceof Quantize).map(Operation::result).findFirst().orElseThrow();
    TensorType ranges = TensorType.of(Shape.of(1, 8), Formats.F32);
    Rounded rounded = new Rounded(
        new Weight("w@round-weights", TensorType.of(Shape.of(16, 8), Formats.F32)),
        new Weight("w.range@round-weights", ranges),
        Optional.empty(), new Scales(Formats.I8, ScaleRules.NEAREST, ranges), Optional.empty());
    Module after = new RewriteDriver(new GiveRoundedWeights(ImmutableMap.of(first, rounded))).apply(BEFORE);
    assertEquals(IrText.module("""
        func @main() {
          %w = weight {key = "w"} : tensor<[16,8] x f32>
          %2 = weight {key = "w.range@round-weights"} : tensor<[1,8] x f32>
          %3 = scales %2 {elements = i8, rule = nearest} : tensor<[1,8] x f32>
          %4 = weight {key = "w@round-weights"} : tensor<[16,8] x f32>
          %5 = quantize %4, %3 {rounding = nearest_even} : tensor<[16,8] x i8, scale<axis 1, f32>>
          %1 = quantize %w {rounding = nearest_even} : tensor<[16,8] x i4, scale<axis 1, f32>>
          return %5, %1
        }
        """).toString(), after.toString());
  }

  @Test
  void othersStay() {
    assertEquals(BEFORE, new RewriteDriver(new GiveRoundedWeights(ImmutableMap.of())).apply(BEFORE));
  }
}
