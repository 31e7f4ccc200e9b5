package nibble.codegen.kernel.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.format.Formats;
import nibble.ir.text.TextReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FoldedScalesTest {
  private static TensorType type(String text) {
    return new TextReader(text, "test", Registry.core()).tensorType();
  }

  /** And none is subnormal there, so that tensor cores align it as what it is. */
  @ParameterizedTest
  @ValueSource(strings = {"e2m1", "e2m3", "e3m2"})
  void everyProductIsOneOfHalf(String codes) {
    TensorType type = type("tensor<[8,64] x " + codes + ", scale<group 16, ue4m3, scale<tensor, f32>>>");
    assertTrue(FoldedScales.fit(type));
    for (int code = 0; code < 1 << type.format().bits(); code++) {
      for (int scale = 0; scale < 0x7f; scale++) {
        double product = type.format().decode(code) * Formats.UE4M3.decode(scale);
        assertEquals(product, Formats.F16.round(product));
        assertTrue(product == 0 || Math.abs(product) >= Formats.F16.leastNormal(), product + " is subnormal");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "tensor<[8,64] x e4m3, scale<group 16, ue4m3, scale<tensor, f32>>>",
      "tensor<[8,64] x e2m1, scale<group 16, ue4m3>>",
      "tensor<[8,64] x e2m1, scale<group 16, f16, scale<tensor, f32>>>", "tensor<[8,64] x f32>",
      "tensor<[8,64] x i4, scale<group 16, ue4m3, scale<tensor, f32>>>"})
  void othersStay(String type) {
    assertTrue(!FoldedScales.fit(type(type)));
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "tensor<[8,256] x e2m1, scale<group 16, ue4m3, scale<tensor, f32>>>; 1; 256",
      "tensor<[8,256] x e2m1, scale<group 16, ue4m3, scale<group 8, f32>>>; 1; 128",
      "tensor<[8,256] x e2m1, scale<group 16, ue4m3, scale<group 16, f32>>>; 1; 256",
      "tensor<[8,250] x e2m1, scale<group 16, ue4m3, scale<group 16, f32>>>; 1; 250",
      "tensor<[256,8] x e2m1, scale<block(16,1), ue4m3, scale<block(2,4), f32>>>; 0; 32",
      "tensor<[8,256] x e2m1, scale<token, ue4m3, scale<tensor, f32>>>; 1; 256"})
  void outerBoxesAreBoxesOfBoxes(String type, int axis, long extent) {
    assertEquals(extent, FoldedScales.outerBox(type(type), axis).constant());
  }
}
