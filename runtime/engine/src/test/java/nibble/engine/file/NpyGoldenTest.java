package nibble.engine.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads files that NumPy wrote. */
class NpyGoldenTest {
  static Path golden(String name) {
    try {
      return Path.of(NpyGoldenTest.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Tensor only(String file) {
    try (WeightFile weights = WeightFile.open(golden(file))) {
      return weights.tensor(weights.names().first());
    }
  }

  @ParameterizedTest
  @CsvSource({"f2,f16", "f4,f32", "f8,f64", "i1,i8", "i2,i16", "i4,i32", "i8,i64", "u1,u8"})
  void everyTypeInEveryOrder(String dtype, String format) {
    NumberFormat expected = Formats.all().stream().filter(f -> f.name().equals(format)).findFirst().orElseThrow();
    Tensor values = Tensor.of(TensorType.of(Shape.of(2, 3), expected), 0, 1, 2, 3, 100, 127);
    assertTrue(values.sameAs(only("c_" + dtype + ".npy")));
    assertTrue(values.sameAs(only("fortran_" + dtype + ".npy")));
    if (!dtype.endsWith("1")) {
      assertTrue(values.sameAs(only("big_" + dtype + ".npy")));
    }
  }

  @Test
  void unusualShapes() {
    assertTrue(Tensor.of(TensorType.of(Shape.of(3), Formats.BOOL), 1, 0, 1).sameAs(only("bool.npy")));
    assertTrue(Tensor.scalar(TensorType.scalar(Formats.F32), 2.5).sameAs(only("scalar.npy")));
    assertTrue(Tensor.of(TensorType.of(Shape.of(0, 4), Formats.F32)).sameAs(only("empty.npy")));
    double[] count = IntStream.range(0, 24).asDoubleStream().toArray();
    assertTrue(Tensor.of(TensorType.of(Shape.of(2, 3, 4), Formats.I32), count).sameAs(only("fortran_3d.npy")));
  }

  @Test
  void everyVersionOfTheHeader() {
    for (String file : new String[] {"version2.npy", "version3.npy"}) {
      assertArrayEquals(new double[] {0, 1, 2, 3, 4}, only(file).elements(), file);
    }
  }

  @Test
  void archivesStoredDeflatedAndWide() {
    for (String file : new String[] {"stored.npz", "deflated.npz", "zip64.npz"}) {
      try (WeightFile weights = WeightFile.open(golden(file))) {
        assertEquals("npz", weights.format());
        assertEquals("[layer.bias, layer.weight]", weights.names().toString());
        assertEquals("tensor<[3] x f16>", weights.type("layer.bias").orElseThrow().toString());
        assertArrayEquals(new double[] {0, 1, 2, 3, 4, 5}, weights.tensor("layer.weight").elements());
        assertArrayEquals(new double[] {0, 1, 2}, weights.tensor("layer.bias").elements());
      }
    }
  }

  /** As an archive beyond 4 GiB ends: its end record refers to the one of ZIP64. */
  @Test
  void anArchiveWithAZip64EndRecord(@TempDir Path folder) throws IOException {
    byte[] bytes = Files.readAllBytes(golden("zip64.npz"));
    Arrays.fill(bytes, bytes.length - 14, bytes.length - 2, (byte) 0xff);
    try (WeightFile weights = WeightFile.open(Files.write(folder.resolve("wide.npz"), bytes))) {
      assertArrayEquals(new double[] {0, 1, 2, 3, 4, 5}, weights.tensor("layer.weight").elements());
    }
  }

  @Test
  void typesWithoutAFormatAreRefusedWithTheirName() {
    try (WeightFile weights = WeightFile.open(golden("complex.npy"))) {
      InputException refused = assertThrows(InputException.class, () -> weights.tensor("complex"));
      assertTrue(refused.getMessage().contains("tensor 'complex' has elements of dtype '<c8'"), refused.getMessage());
    }
    InputException structured = assertThrows(InputException.class, () -> WeightFile.open(golden("structured.npy")));
    assertTrue(structured.getMessage().contains("structured arrays are not read"), structured.getMessage());
  }

  @Test
  void whatIsWrittenIsWhatNumpyWrites(@TempDir Path folder) throws Exception {
    for (String dtype : new String[] {"f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1"}) {
      Path original = golden("c_" + dtype + ".npy");
      Path copy = folder.resolve("c_" + dtype + ".npy");
      try (WeightFile weights = WeightFile.open(original)) {
        NumpyFiles.writeNpy(copy, weights.bytes("c_" + dtype));
      }
      assertEquals(-1, Files.mismatch(original, copy), dtype);
    }
  }
}
