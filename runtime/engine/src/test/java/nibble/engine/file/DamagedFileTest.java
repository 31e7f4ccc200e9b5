package nibble.engine.file;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;

/** Sound files, cut off or with bytes changed: each can be read, or is refused with its name; nothing else happens. */
class DamagedFileTest {
  /** A change of a file. */
  private record Change(double place, byte value, int kind) {
    byte[] apply(byte[] content) {
      int at = (int) (place * content.length);
      byte[] changed = content.clone();
      switch (kind) {
        case 0 -> {
          byte[] cut = new byte[at];
          System.arraycopy(content, 0, cut, 0, at);
          return cut;
        }
        case 1 -> changed[at] ^= (byte) (1 << (value & 7));
        case 2 -> changed[at] = value;
        default -> {
          for (int i = at; i < Math.min(at + 8, changed.length); i++) {
            changed[i] = (byte) 0xff;
          }
        }
      }
      return changed;
    }
  }

  @Provide
  Arbitrary<Change> changes() {
    // Headers are at the front, the directory of an archive is at the end.
    Arbitrary<Double> places = Arbitraries.oneOf(
        Arbitraries.doubles().ofScale(4).between(0, 0.99), Arbitraries.doubles().ofScale(4).between(0, 0.05),
        Arbitraries.doubles().ofScale(4).between(0.8, 0.99));
    return Combinators.combine(places, Arbitraries.bytes(), Arbitraries.integers().between(0, 3)).as(Change::new);
  }

  @Provide
  Arbitrary<String> files() {
    return Arbitraries.of("stored.npz", "deflated.npz", "zip64.npz", "c_f4.npy", "fortran_3d.npy", "m.safetensors",
        "m.onnx");
  }

  private static byte[] content(String name) throws IOException {
    Path folder = Files.createTempDirectory("damaged");
    Path path = folder.resolve(name);
    try {
      return switch (name) {
        case "m.safetensors" -> {
          Map<String, HostTensor> tensors = new LinkedHashMap<>();
          tensors.put("a", HostTensor.encode(Tensor.of(TensorType.of(Shape.of(2, 2), Formats.BF16), 1, 2, 3, 4)));
          tensors.put("b", HostTensor.encode(Tensor.of(TensorType.of(Shape.of(3), Formats.I64), 1, 2, 3)));
          SafetensorsFile.write(path, tensors, Map.of("k", "v"));
          byte[] bytes = Files.readAllBytes(path);
          Files.delete(path);
          yield bytes;
        }
        case "m.onnx" -> OnnxBytes.model(OnnxBytes.graph(
            List.of(OnnxBytes.node("/a/MatMul", "MatMul", "x", "onnx::1")),
            List.of(
                OnnxBytes.message(OnnxBytes.head("onnx::1", 3, 2, 2), OnnxBytes.raw(new byte[4])),
                OnnxBytes.message(OnnxBytes.head("b.c", 1, 3), OnnxBytes.packedFloats(1, 2, 3)),
                OnnxBytes.message(OnnxBytes.head("d.e", 7, 2), OnnxBytes.packedInts(7, 300, -1)))));
        default -> Files.readAllBytes(NpyGoldenTest.golden(name));
      };
    } finally {
      Files.delete(folder);
    }
  }

  @Property(tries = 4000)
  void isReadOrRefused(@ForAll("files") String name, @ForAll("changes") Change change) throws IOException {
    Path path = Files.createTempFile("damaged", name);
    try {
      Files.write(path, change.apply(content(name)));
      try (WeightFile file = WeightFile.open(path)) {
        for (String tensor : file.names()) {
          readOrRefuse(file, tensor);
        }
      } catch (InputException refused) {
        assertTrue(refused.getMessage().startsWith(path + ": "), refused.getMessage());
      }
    } finally {
      Files.delete(path);
    }
  }

  private static void readOrRefuse(WeightFile file, String tensor) {
    try {
      file.tensor(tensor);
    } catch (InputException refused) {
      assertTrue(refused.getMessage().contains(file.path() + ": "), refused.getMessage());
    }
  }
}
