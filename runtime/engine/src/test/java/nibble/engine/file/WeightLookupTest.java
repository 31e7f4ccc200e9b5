package nibble.engine.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import nibble.engine.tensor.HostTensor;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Shape;
import nibble.ir.text.TextReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightLookupTest {
  private static final TensorType TYPE = TensorType.of(Shape.of(2, 3), Formats.F32);
  private Path path;
  private WeightFile file;

  @BeforeEach
  void write(@TempDir Path folder) {
    path = folder.resolve("w.safetensors");
    HostTensor values = HostTensor.encode(Tensor.of(TYPE, 1, 2, 3, 4, 5, 6.25));
    SafetensorsFile.write(path, Map.of("encoder.query.weight", values, "encoder.value.weight", values), Map.of());
    file = WeightFile.open(path);
  }

  @AfterEach
  void close() {
    file.close();
  }

  private String refused(String key, TensorType type) {
    InputException error = assertThrows(InputException.class, () -> file.weight(key, type));
    assertEquals(error.getMessage(), assertThrows(InputException.class, () ->
        file.weightBytes(key, type)).getMessage());
    return error.getMessage() + " | " + error.diagnostics().getFirst().hint().orElse("");
  }

  @Test
  void theTypeOfTheFileIsReadAsItIs() {
    assertTrue(Tensor.of(TYPE, 1, 2, 3, 4, 5, 6.25).sameAs(file.weight("encoder.query.weight", TYPE)));
    HostTensor bytes = file.weightBytes("encoder.query.weight", TYPE);
    assertTrue(bytes.data().isMapped(), "bytes of the same format are a view of the file");
  }

  @Test
  void anotherFormatIsRoundedTo() {
    TensorType integers = TensorType.of(TYPE.shape(), Formats.I8);
    assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, file.weight("encoder.query.weight", integers).elements());
    assertArrayEquals(
        new byte[] {1, 2, 3, 4, 5, 6},
        file.weightBytes("encoder.query.weight", integers).data().toArray(ValueLayout.JAVA_BYTE));
  }

  @Test
  void aMisspeltNameIsSuggested() {
    assertEquals(
        path + ": has no tensor 'encoder.qery.weight' | did you mean 'encoder.query.weight'?",
        refused("encoder.qery.weight", TYPE));
  }

  @Test
  void aMissingOrSuperfluousPrefixIsSuggested() {
    assertEquals("[encoder.query.weight]", file.near("query.weight").toString());
    assertEquals("[encoder.value.weight]", file.near("bert.encoder.value.weight").toString());
  }

  @Test
  void aNameLikeNoOtherIsAnsweredWithExamples() {
    assertEquals(
        path + ": has no tensor 'x' | it has 2 tensors, such as 'encoder.query.weight', 'encoder.value.weight'",
        refused("x", TYPE));
  }

  @Test
  void anotherShapeIsNamedBesideTheOneAskedFor() {
    assertEquals(
        path + ": tensor 'encoder.query.weight' has the shape [2,3], but the model says [3,2] | it is stored "
            + "transposed: "
            + "declare it as [2,3] and use its transpose",
        refused("encoder.query.weight", TYPE.withShape(Shape.of(3, 2))));
    assertEquals(
        path + ": tensor 'encoder.query.weight' has the shape [2,3], but the model says [6] | change the shape in the "
            + "model, "
            + "or give another weight file",
        refused("encoder.query.weight", TYPE.withShape(Shape.of(6))));
  }

  @Test
  void aWeightThatIsStoredQuantizedIsReadByItsParts(@TempDir Path folder) {
    TensorType type = type("tensor<[2,4] x u4, scale<group 2, f16, zero u4>>");
    Tensor weight = Quantize.nearest(type).eval(
        List.of(Tensor.of(type.plain(Formats.F32), 1, -2, 0.5, 3, 0, 0, 7, 2)), type);
    Path quantized = folder.resolve("q.safetensors");
    SafetensorsFile.write(quantized, Map.of(
        "w", part(weight, "elements", Formats.U8), "w.scales", part(weight, "scales", Formats.F16),
        "w.zeros", part(weight, "zeros", Formats.U8)), Map.of());
    try (WeightFile weights = WeightFile.open(quantized)) {
      assertTrue(weight.sameAs(weights.weight("w", type)));
      assertTrue(weight.sameAs(weights.weightBytes("w", type).decode()));
    }
  }

  /** Files know no formats of 4 bits; the codes are stored in bytes. */
  private static HostTensor part(Tensor weight, String name, NumberFormat stored) {
    TensorType type = weight.type().parts().stream()
        .filter(part -> part.name().equals(name)).findFirst().orElseThrow().type();
    return HostTensor.encode(Tensor.of(type.plain(stored), weight.parts().get(name)));
  }

  private static TensorType type(String text) {
    return new TextReader(text, "test", Registry.core()).tensorType();
  }

  @Test
  void aPartThatIsMissingIsNamed() {
    TensorType scaled = TYPE.withScale(new ScaleLayout(new Granularities.PerTensor(), Formats.F32));
    assertTrue(refused("encoder.query.weight", scaled).contains("has no tensor 'encoder.query.weight.scales'"));
  }

  @Test
  void aSparseTypeIsNotReadFromAFile() {
    TensorType sparse = type("tensor<[2,4] x f32, sparse<2:4>>");
    assertTrue(refused("encoder.query.weight", sparse).contains("let a recipe prune"));
  }
}
