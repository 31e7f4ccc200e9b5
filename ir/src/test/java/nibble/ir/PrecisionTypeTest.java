package nibble.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.text.TextReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrecisionTypeTest {
  private static TensorType type(String text) {
    return new TextReader(text, "test", Registry.core()).tensorType();
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "tensor<[4,32] x e4m3, scale<group 32, ue8m0, up>>", "tensor<[4,32] x i8, scale<token, f32>>",
      "tensor<[4,32] x i8, scale<block(4,16), f16, full>, residual<i8>>",
      "tensor<[B,32] x e2m1, scale<group 16, ue4m3, scale<tensor, f32>>>",
      "tensor<[4,32] x e2m1, scale<group 16, ue4m3, up, scale<group 8, bf16, even>>, residual<e4m3>>",
      "tensor<[4,32] x u4, scale<group 16, f16, zero u4>, sparse<2:4>>",
      "tensor<[4,32] x u4, scale<group 16, ue4m3, scale<tensor, f32>, zero u8>, residual<i4>, sparse<2:4>>"})
  void textIsWhatWasRead(String text) {
    assertEquals(text, type(text).toString());
  }

  private static List<String> parts(String text) {
    return type(text).parts().stream().map(part -> part.name() + " " + part.type()).toList();
  }

  @Test
  void partsOfPlainAndScaledTensors() {
    assertEquals(List.of("elements tensor<[2,4] x f16>"), parts("tensor<[2,4] x f16>"));
    assertEquals(
        List.of("elements tensor<[S,64] x i8>", "scales tensor<[S,1] x f32>"),
        parts("tensor<[S,64] x i8, scale<token, f32>>"));
  }

  @Test
  void partsOfEveryKind() {
    assertEquals(
        List.of(
            "elements tensor<[2,64] x u4>", "scales tensor<[2,4] x ue4m3>", "scales.scales tensor<[1,1] x f32>",
            "zeros tensor<[2,4] x u8>", "residual tensor<[2,64] x i4>", "residual.scales tensor<[2,4] x ue4m3>",
            "residual.scales.scales tensor<[1,1] x f32>"),
        parts("tensor<[2,64] x u4, scale<group 16, ue4m3, scale<tensor, f32>, zero u8>, residual<i4>>"));
  }

  @Test
  void aSparseTypeIsCompressed() {
    assertEquals(
        List.of("elements tensor<[2,40,4*S] x f16>", "metadata tensor<[2,2,ceil(S/4),32] x i32>"),
        parts("tensor<[2,40,8*S] x f16, sparse<2:4>>"));
    assertEquals(
        List.of("elements tensor<[64,8] x i8>", "metadata tensor<[4,1,32] x i32>", "columns tensor<[1,4,4] x u8>",
            "scales tensor<[64,1] x f32>"),
        parts("tensor<[64,32] x i8, scale<token, f32>, sparse<64:2:8>>"));
    assertEquals(
        List.of("elements tensor<[64] x f32>", "metadata tensor<[1,8,32] x i32>"),
        parts("tensor<[128] x f32, sparse<1:2>>"));
  }

  @Test
  void sparseTypesWithoutAPlaceInMemory() {
    for (String type : List.of(
        "tensor<[2,7] x f16, sparse<3:7>>", "tensor<[2,8] x f16, sparse<2:3:8>>",
        "tensor<[4,32] x u4, scale<group 16, f16, zero u4>, sparse<2:4>>",
        "tensor<[2,4] x i8, scale<token, f32>, residual<i8>, sparse<2:4>>")) {
      String message = assertThrows(IllegalArgumentException.class, () -> parts(type)).getMessage();
      assertTrue(message.contains("has no layout in memory"), message);
    }
  }

  @Test
  void aSparseTensorIsMadeOfItsParts() {
    TensorType type = type("tensor<[1,8] x i8, scale<group 4, f32>, sparse<2:4>>");
    Tensor tensor = Tensor.scaled(type, new double[] {1, 0, 0, 2, 0, 0, 3, 0}, Tensor.of(type.scaleType(), 2, 3));
    assertEquals(List.of("elements", "metadata", "scales"), List.copyOf(tensor.parts().keySet()));
    assertEquals(List.of(1.0, 2.0, 3.0, 0.0), Arrays.stream(tensor.parts().get("elements")).boxed().toList());
    assertTrue(tensor.sameAs(Tensor.ofParts(type, tensor.parts())));
    assertThrows(
        IllegalArgumentException.class,
        () -> Tensor.ofParts(type, Map.of("elements", new double[4], "scales", new double[2])));
  }

  @Test
  void scalesOfScalesSpeakOfTheGridOfScales() {
    TensorType scales = type("tensor<[2,512] x e2m1, scale<group 16, ue4m3, scale<group 8, f32>>>").scaleType();
    assertEquals("tensor<[2,32] x ue4m3, scale<group 8, f32>>", scales.toString());
    assertEquals("tensor<[2,4] x f32>", scales.scaleType().toString());
  }

  @Test
  void aTensorIsMadeOfItsParts() {
    TensorType type = type("tensor<[1,4] x i8, scale<group 2, f32>, residual<i8>>");
    Map<String, double[]> parts = Map.of(
        "elements", new double[] {1, 2, 3, 4}, "scales", new double[] {0.5, 2}, "residual", new double[] {10, 20, 0, 0},
        "residual.scales", new double[] {0.25, 0});
    Tensor tensor = Tensor.ofParts(type, parts);
    assertEquals(List.of(3.0, 6.0, 6.0, 8.0), Arrays.stream(tensor.values()).boxed().toList());
    assertTrue(tensor.sameAs(Tensor.ofParts(type, tensor.parts())));
    assertEquals(type.parts().stream().map(TensorPart::name).toList(), List.copyOf(tensor.parts().keySet()));
    assertThrows(
        IllegalArgumentException.class,
        () -> Tensor.ofParts(type, Map.of("elements", new double[4], "scales", new double[2])));
    assertThrows(
        IllegalArgumentException.class,
        () -> Tensor.scaled(type, new double[4], Tensor.of(type.scaleType(), 1, 1)), "the residual is missing");
    assertThrows(
        IllegalArgumentException.class,
        () -> Tensor.scaled(type.withoutResidual(), new double[4], Tensor.of(type.plain(Formats.F32), 1, 1, 1, 1)));
  }
}
