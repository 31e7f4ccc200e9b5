package nibble.engine.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.shape.Shape;
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
  void aScaledTypeIsNotReadFromAFile() {
    TensorType scaled = TYPE.withScale(new ScaleLayout(new Granularities.PerTensor(), Formats.F32));
    assertTrue(refused("encoder.query.weight", scaled).contains("let a recipe quantize"));
  }
}
