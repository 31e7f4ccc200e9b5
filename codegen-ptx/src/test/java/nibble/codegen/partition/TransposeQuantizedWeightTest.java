package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransposeQuantizedWeightTest {
  private static final String PARAMETERS = "%x: tensor<[B,64] x i8, scale<token, f32>>";

  private static String product(String scale, String weight) {
    return """
        %%w = weight {key = "w"} : tensor<[64,48] x f32>
        %s
        %%1 = matmul %%x, %%0 {transposeB = false, to = f32} : tensor<[B,48] x f32>
        return %%1
        """.formatted(weight.formatted(scale));
  }

  private static final String QUANTIZED =
      "%%0 = quantize %%w {rounding = nearest_even} : tensor<[64,48] x i8, scale<%s, f32>>";

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"axis 1|axis 0", "tensor|tensor", "block(32,16)|block(16,32)"})
  void depthBecomesContiguous(String before, String after) {
    Rewritten rewritten = Rewritten.of(
        "%x: tensor<[B,64] x f32>", product(before, QUANTIZED).replace("matmul %x", "matmul %q").replaceFirst("%w = ",
            "%q = quantize %x {rounding = nearest_even} : tensor<[B,64] x i8, scale<token, f32>>\n%w = "),
        new TransposeQuantizedWeight());
    assertEquals("""
        %%q = quantize %%x {rounding = nearest_even} : tensor<[B,64] x i8, scale<token, f32>>
        %%w = weight {key = "w"} : tensor<[64,48] x f32>
        %%2 = transpose %%w {axes = [1, 0]} : tensor<[48,64] x f32>
        %%3 = quantize %%2 {rounding = nearest_even} : tensor<[48,64] x i8, scale<%s, f32>>
        %%4 = matmul %%q, %%3 {transposeB = true, to = f32} : tensor<[B,48] x f32>
        return %%4
        """.formatted(after), rewritten.meansTheSame().body());
  }

  /** A row of a group is one of the depth; transposed, its groups would be columns, of which there are none. */
  @Test
  void groupsStay() {
    String body = product("group 16", QUANTIZED);
    assertEquals(body, Rewritten.of(PARAMETERS, body, new TransposeQuantizedWeight()).body());
  }

  @Test
  void plainWeightsStay() {
    String body = """
        %w = weight {key = "w"} : tensor<[64,48] x f32>
        %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,48] x f32>
        return %0
        """;
    assertEquals(body, Rewritten.of("%x: tensor<[B,64] x f32>", body, new TransposeQuantizedWeight()).body());
  }
}
