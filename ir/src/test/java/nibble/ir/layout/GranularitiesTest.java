package nibble.ir.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.text.TextReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GranularitiesTest {
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      [B,S,384] x i8, scale<tensor, f32>           | tensor<[1,1,1] x f32>
      [] x i8, scale<tensor, f32>                  | tensor<[] x f32>
      [B,S,384] x i8, scale<token, f16>            | tensor<[B,S,1] x f16>
      [4096,1024] x i4, scale<axis 0, f32>         | tensor<[4096,1] x f32>
      [4096,1024] x i4, scale<axis 1, f32>         | tensor<[1,1024] x f32>
      [B,S,1536] x e4m3, scale<block(1,128), f32>  | tensor<[B,S,12] x f32>
      [B,S,T] x e4m3, scale<block(32,32), bf16>    | tensor<[B,ceil(S/32),ceil(T/32)] x bf16>
      [100,100] x i8, scale<block(128,128), f32>   | tensor<[1,1] x f32>
      [S,384] x e2m1, scale<group 16, e4m3>        | tensor<[S,24] x e4m3>
      [S,10] x e2m1, scale<group 16, e4m3>         | tensor<[S,1] x e4m3>
      [S,100] x e2m1, scale<group 16, e4m3>        | tensor<[S,7] x e4m3>
      [0,4] x i8, scale<token, f32>                | tensor<[0,1] x f32>
      [4,0] x i8, scale<token, f32>                | tensor<[4,1] x f32>
      """)
  void scaleTypes(String type, String expected) {
    TensorType scaled = read(type);
    assertEquals(expected, scaled.scaleType().toString());
    assertEquals("tensor<" + type + ">", scaled.toString());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      [] x i8, scale<token, f32>        | scale<token> needs at least 1 axes, the shape is []
      [4] x i8, scale<block(1,2), f32>  | scale<block(1,2)> needs at least 2 axes, the shape is [4]
      [4,4] x i8, scale<axis 2, f32>    | scale<axis 2> needs at least 3 axes, the shape is [4,4]
      [4] x i8, scale<axis 2147483647, f32> | scale<axis 2147483647> needs at least 2147483648 axes, the shape is [4]
      [4] x i8, scale<group 0, f32>     | a scale block needs positive extents, not 0
      [4] x i8, scale<tensor, i8>       | scales are floating-point numbers, not i8
      """)
  void whatDoesNotFit(String type, String message) {
    assertEquals(message, assertThrows(RuntimeException.class, () -> read(type)).getMessage());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE})
  void anAxisIsCountedFromTheFront(int axis) {
    assertThrows(IllegalArgumentException.class, () -> new Granularities.PerAxis(axis));
  }

  private static TensorType read(String type) {
    return new TextReader("tensor<" + type + ">", "type", Registry.core()).tensorType();
  }
}
