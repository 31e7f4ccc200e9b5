package nibble.engine.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightFileRoundTripTest {
  private static final List<NumberFormat> NUMPY = List.of(
      Formats.F16, Formats.F32, Formats.F64, Formats.I8, Formats.I16, Formats.I32, Formats.I64, Formats.U8,
      Formats.BOOL);
  private static final List<NumberFormat> SAFETENSORS = List.copyOf(SafetensorsReader.TYPES.values());

  @Provide
  Arbitrary<Map<String, Tensor>> numpyTensors() {
    return tensors(NUMPY);
  }

  @Provide
  Arbitrary<Map<String, Tensor>> safetensors() {
    return tensors(SAFETENSORS);
  }

  private static Arbitrary<Map<String, Tensor>> tensors(List<NumberFormat> formats) {
    Arbitrary<Tensor> tensor = Combinators.combine(
        Arbitraries.of(formats), Arbitraries.longs().between(0, 5).list().ofMaxSize(4), Arbitraries.longs())
        .as((format, extents, seed) -> {
          Shape shape = Shape.of(extents.stream().mapToLong(Long::longValue).toArray());
          Random random = new Random(seed);
          double[] values = random.doubles(shape.size().constant()).map(d -> format.round(d * 300 - 150)).toArray();
          return Tensor.of(TensorType.of(shape, format), values);
        });
    return Arbitraries.maps(Arbitraries.strings().alpha().numeric().withChars(".é\"\\ ").ofMinLength(1).ofMaxLength(
        12), tensor)
        .ofMinSize(1).ofMaxSize(5);
  }

  private static Map<String, HostTensor> encoded(Map<String, Tensor> tensors) {
    Map<String, HostTensor> encoded = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> encoded.put(name, HostTensor.encode(tensor)));
    return encoded;
  }

  private static void assertHolds(Path path, Map<String, Tensor> tensors) {
    try (WeightFile file = WeightFile.open(path)) {
      assertEquals(tensors.keySet(), file.names());
      tensors.forEach((name, tensor) -> {
        assertEquals(tensor.type(), file.type(name).orElseThrow());
        assertTrue(tensor.sameAs(file.tensor(name)), name);
        assertTrue(tensor.sameAs(file.weightBytes(name, tensor.type()).decode()), name);
      });
    }
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void npz(@ForAll("numpyTensors") Map<String, Tensor> tensors) throws IOException {
    Path path = Files.createTempFile("round", ".npz");
    try {
      NumpyFiles.writeNpz(path, encoded(tensors));
      assertHolds(path, tensors);
    } finally {
      Files.delete(path);
    }
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void safetensors(@ForAll("safetensors") Map<String, Tensor> tensors) throws IOException {
    Path path = Files.createTempFile("round", ".safetensors");
    try {
      SafetensorsFile.write(path, encoded(tensors), Map.of("made by", "a test"));
      assertHolds(path, tensors);
    } finally {
      Files.delete(path);
    }
  }

  @Test
  void theContentCountsMoreThanTheName(@TempDir Path folder) {
    Map<String, Tensor> tensors = Map.of("w", Tensor.of(TensorType.of(Shape.of(2), Formats.F32), 1, 2));
    Path path = folder.resolve("weights.npz");
    SafetensorsFile.write(path, encoded(tensors), Map.of());
    assertHolds(path, tensors);
    try (WeightFile file = WeightFile.open(path)) {
      assertEquals("safetensors", file.format());
    }
  }

  @Test
  void aFormatThatTheFileCannotHoldLeavesNothingBehind(@TempDir Path folder) throws IOException {
    HostTensor narrow = HostTensor.encode(Tensor.of(TensorType.of(Shape.of(2), Formats.E4M3), 1, 2));
    HostTensor wide = HostTensor.encode(Tensor.of(TensorType.of(Shape.of(2), Formats.F32), 1, 2));
    Map<String, HostTensor> both = new LinkedHashMap<>();
    both.put("wide", wide);
    both.put("narrow", narrow);
    InputException refused =
        assertThrows(InputException.class, () -> NumpyFiles.writeNpz(folder.resolve("a.npz"), both));
    assertTrue(refused.getMessage().contains("tensor 'narrow' has the format e4m3"), refused.getMessage());
    HostTensor packed = HostTensor.encode(Tensor.of(TensorType.of(Shape.of(2), Formats.I4), 1, 2));
    assertThrows(
        InputException.class,
        () -> SafetensorsFile.write(folder.resolve("a.safetensors"), Map.of("packed", packed), Map.of()));
    try (Stream<Path> left = Files.list(folder)) {
      assertFalse(left.findAny().isPresent());
    }
  }

  @Test
  void aFolderThatIsMissingIsNamed(@TempDir Path folder) {
    HostTensor wide = HostTensor.encode(Tensor.of(TensorType.of(Shape.of(2), Formats.F32), 1, 2));
    Path path = folder.resolve("missing").resolve("a.npy");
    InputException refused = assertThrows(InputException.class, () -> NumpyFiles.writeNpy(path, wide));
    assertTrue(refused.getMessage().startsWith(path + ": can't be written"), refused.getMessage());
  }
}
