package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Collectors;
import nibble.ir.Function;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;

class LoadTimeSplitTest {
  private static LoadTimeSplit split(String body) {
    return LoadTimeSplit.of(Parser.parse("""
        module @m {
          symbol B
          func @f(%%x: tensor<[B,4] x f32>) {
        %s
          }
        }
        """.formatted(body.indent(4)), "test", Registry.core()).functions().get("f"));
  }

  private static String ops(Function function) {
    return function.body().operations().stream().map(operation -> operation.op().name())
        .collect(Collectors.joining(" "));
  }

  private static List<String> results(Function function) {
    return function.body().results().stream().map(value -> value.tensorType().toString()).toList();
  }

  @Test
  void whatDependsOnWeightsAloneIsComputedOnce() {
    LoadTimeSplit split = split("""
        %w = weight {key = "w"} : tensor<[4,4] x f32>
        %two = constant {values = [2.0]} : tensor<[] x f32>
        %0 = mul %w, %two : tensor<[4,4] x f32>
        %1 = transpose %0 {axes = [1, 0]} : tensor<[4,4] x f32>
        %2 = mul %x, %two : tensor<[B,4] x f32>
        %3 = matmul %2, %1 {transposeB = false, to = f32} : tensor<[B,4] x f32>
        return %3
        """);
    assertEquals("weight constant mul transpose", ops(split.load()));
    assertEquals(List.of("tensor<[4,4] x f32>"), results(split.load()));
    assertEquals("constant mul matmul", ops(split.main()));
    assertEquals(2, split.main().parameters().size());
  }

  @Test
  void codesAreKeptAndDequantizedWhereTheyAreUsed() {
    LoadTimeSplit split = split("""
        %w = weight {key = "w"} : tensor<[4,4] x f32>
        %0 = quantize %w {rounding = nearest_even} : tensor<[4,4] x i8, scale<axis 1, f32>>
        %1 = dequantize %0 {to = f32} : tensor<[4,4] x f32>
        %2 = matmul %x, %1 {transposeB = false, to = f32} : tensor<[B,4] x f32>
        return %2
        """);
    assertEquals("weight quantize", ops(split.load()));
    assertEquals("dequantize matmul", ops(split.main()));
  }

  /** What codes leave is quantized when weights are loaded; only codes stay. */
  @Test
  void codesOfWhatCodesLeaveAreMadeOnce() {
    LoadTimeSplit split = split("""
        %w = weight {key = "w"} : tensor<[4,4] x f32>
        %0 = quantize %w {rounding = nearest_even} : tensor<[4,4] x i8, scale<axis 1, f32>>
        %1 = dequantize %0 {to = f32} : tensor<[4,4] x f32>
        %2 = sub %w, %1 : tensor<[4,4] x f32>
        %3 = quantize %2 {rounding = nearest_even} : tensor<[4,4] x i8, scale<axis 1, f32>>
        %4 = dequantize %3 {to = f32} : tensor<[4,4] x f32>
        %5 = matmul %x, %1 {transposeB = false, to = f32} : tensor<[B,4] x f32>
        %6 = matmul %x, %4 {transposeB = false, to = f32} : tensor<[B,4] x f32>
        %7 = add %5, %6 : tensor<[B,4] x f32>
        return %7
        """);
    assertEquals("weight quantize dequantize sub quantize", ops(split.load()));
    assertEquals("dequantize dequantize matmul matmul add", ops(split.main()));
    assertEquals(
        List.of("tensor<[4,4] x i8, scale<axis 1, f32>>", "tensor<[4,4] x i8, scale<axis 1, f32>>"),
        results(split.load()));
  }

  @Test
  void codesOfOtherCodesAreMadeOnce() {
    LoadTimeSplit split = split("""
        %w = weight {key = "w"} : tensor<[4,4] x i8, scale<axis 1, f32>>
        %1 = dequantize %w {to = f32} : tensor<[4,4] x f32>
        %2 = transpose %1 {axes = [1, 0]} : tensor<[4,4] x f32>
        %3 = quantize %2 {rounding = nearest_even} : tensor<[4,4] x i4, scale<axis 1, f32>>
        %4 = mul %2, %2 : tensor<[4,4] x f32>
        return %3, %4
        """);
    assertEquals("weight dequantize transpose quantize", ops(split.load()));
    assertEquals("dequantize transpose mul", ops(split.main()));
  }

  @Test
  void whatHasASymbolicShapeIsNot() {
    LoadTimeSplit split = split("""
        %w = weight {key = "w"} : tensor<[4] x f32>
        %0 = broadcast %w {shape = [B,4]} : tensor<[B,4] x f32>
        %1 = add %x, %0 : tensor<[B,4] x f32>
        return %1
        """);
    assertEquals("weight", ops(split.load()));
    assertEquals("broadcast add", ops(split.main()));
  }

  @Test
  void aWeightThatIsAResult() {
    LoadTimeSplit split = split("""
        %w = weight {key = "w"} : tensor<[4] x f32>
        return %w, %x
        """);
    assertEquals(List.of("tensor<[4] x f32>"), results(split.load()));
    assertEquals(List.of("tensor<[4] x f32>", "tensor<[B,4] x f32>"), results(split.main()));
  }
}
