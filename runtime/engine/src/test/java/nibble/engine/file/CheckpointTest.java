package nibble.engine.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.engine.tensor.HostTensor;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.layout.StoredArray;
import nibble.ir.op.Compress;
import nibble.ir.op.Quantize;
import nibble.ir.text.TextReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quantized and sparse tensors in safetensors files, whose metadata says what they are. */
class CheckpointTest {
  @TempDir private Path folder;

  private static TensorType type(String text) {
    return new TextReader(text, "test", Registry.core()).tensorType();
  }

  /** A tensor of that type: normal numbers, pruned, quantized and compressed as it says. */
  private static Tensor tensor(TensorType type, long seed) {
    Random random = new Random(seed);
    TensorType plain = type.plain(type.isScaled() ? Formats.F32 : type.format());
    int columns = type.shape().extents()[1];
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = plain.format().round(random.nextGaussian());
    }
    type.sparse().ifPresent(layout -> {
      boolean[] keep = layout.select(elements, columns);
      for (int i = 0; i < elements.length; i++) {
        elements[i] = keep[i] ? elements[i] : 0;
      }
    });
    Tensor dense = Tensor.of(plain, elements);
    Tensor codes = type.isScaled()
        ? Quantize.nearest(type.dense()).eval(List.of(dense), type.dense()) : dense;
    return type.sparse().isPresent()
        ? new Compress(type.sparse().get()).eval(List.of(codes), type) : codes;
  }

  @Provide
  Arbitrary<Map<String, Tensor>> tensors() {
    Arbitrary<Tensor> tensor = Combinators.combine(
        Arbitraries.of(
            "i8, scale<axis 0, f32>", "i4, scale<axis 0, f32>", "e4m3, scale<axis 0, f32>",
            "e2m1, scale<group 16, ue4m3, up, scale<tensor, f32>>", "f16", "bf16", "f32", "tf32",
            "e2m1, scale<group 32, ue8m0>"),
        Arbitraries.of("", ", sparse<2:4>", ", sparse<16:2:8>", ", sparse<32:2:16>", ", sparse<4:8>", ", sparse<1:2>",
            ", sparse<block(8,16) 1:2>", ", sparse<mask 1:4>"),
        Arbitraries.longs())
        .as((precision, sparse, seed) -> tensor(type("tensor<[32,64] x " + precision + sparse + ">"), seed));
    return Arbitraries.maps(Arbitraries.strings().alpha().ofLength(5), tensor).ofMinSize(1).ofMaxSize(4);
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void tensorsComeBack(@ForAll("tensors") Map<String, Tensor> tensors) throws IOException {
    Path path = Files.createTempFile("checkpoint", ".safetensors");
    try {
      FileWriting.write(path, SafetensorsFile.checkpoint(tensors));
      try (WeightFile file = WeightFile.open(path)) {
        tensors.forEach((name, tensor) -> {
          assertEquals(tensor.type(), file.type(name).orElseThrow());
          assertTrue(tensor.sameAs(file.weight(name, tensor.type())), name);
          // As plain numbers they have the values of their codes.
          TensorType plain = tensor.type().plain(Formats.F32);
          assertArrayEquals(
              Tensor.of(plain, tensor.values()).rounded().elements(), file.weight(name, plain).elements());
        });
      }
    } finally {
      Files.delete(path);
    }
  }

  private Path written(Map<String, HostTensor> parts, String type) {
    Path path = folder.resolve("w.safetensors");
    SafetensorsFile.write(path, parts, ImmutableMap.of("nibble.type.w", type));
    return path;
  }

  private static Map<String, HostTensor> parts(Tensor tensor) {
    Map<String, HostTensor> parts = new LinkedHashMap<>();
    HostTensor host = HostTensor.encode(tensor);
    tensor.type().parts().forEach(part -> parts.put(
        PartedTensor.nameOf("w", part.name()), HostTensor.of(part.type(), host.parts().get(part.name()))));
    return parts;
  }

  private static String message(Path path, TensorType type) {
    try (WeightFile file = WeightFile.open(path)) {
      return assertThrows(InputException.class, () -> file.weight("w", type)).getMessage();
    }
  }

  /** Another's file, with the metadata of one group changed. */
  @Test
  void metadataOutOfOrderIsRefused() {
    TensorType type = type("tensor<[32,32] x f16, sparse<2:4>>");
    Tensor tensor = tensor(type, 1);
    Map<String, double[]> arrays = new HashMap<>(tensor.parts());
    double[] words = arrays.get(StoredArray.METADATA).clone();
    words[7] = (int) words[7] & ~0xF0 | 0x60;
    Map<String, HostTensor> parts = parts(tensor);
    parts.put("w.metadata", HostTensor.encode(Tensor.of(parts.get("w.metadata").type(), words)));
    assertTrue(message(written(parts, type.toString()), type).endsWith(
        "tensor 'w' is no tensor<[32,32] x f16, sparse<2:4>>: the metadata of row 17, group 5 is 0x6, whose places 2"
            + " and 1 are not in ascending order"));
  }

  /** Another's file, with another order of kept blocks. */
  @Test
  void blocksOutOfOrderAreRefused() {
    TensorType type = type("tensor<[32,64] x f16, sparse<block(16,16) 1:2>>");
    Tensor tensor = tensor(type, 1);
    double[] columns = {0, 2, 3, 3};
    Map<String, HostTensor> parts = parts(tensor);
    parts.put("w.columns", HostTensor.encode(Tensor.of(parts.get("w.columns").type(), columns)));
    assertTrue(message(written(parts, type.toString()), type).endsWith("tensor 'w' is no " + type
        + ": block 1 of rows 16 to 31 is said to be block 3: they are blocks 0 to 3 in ascending order"));
  }

  @Test
  void dimensionsThatDoNotDivideAreRefused() {
    TensorType type = type("tensor<[32,32] x f16, sparse<2:4>>");
    Map<String, HostTensor> parts = parts(tensor(type, 1));
    String message = message(written(parts, "tensor<[32,34] x f16, sparse<2:4>>"), type);
    assertTrue(message.contains("tensor 'w' has a type that is none") && message.contains(
        "sparse<2:4> does not fit shape [32,34]: the last extent 34 is no multiple of 4"), message);
    TensorType taller = type("tensor<[64,32] x f16, sparse<2:4>>");
    String other = message(written(parts, taller.toString()), taller);
    assertTrue(other.endsWith("tensor 'w' is tensor<[32,16] x f16>, but 'w' of type tensor<[64,32] x f16, sparse<2:4>>"
        + " needs tensor<[64,16] x f16>"), other);
  }

  @Test
  void partsThatLackAndTypesThatDifferAreRefused() {
    TensorType type = type("tensor<[32,32] x f16, sparse<2:4>>");
    Map<String, HostTensor> parts = parts(tensor(type, 1));
    String other = message(written(parts, type.toString()), type("tensor<[32,32] x f16, sparse<1:2>>"));
    assertTrue(other.contains("but the model wants tensor<[32,32] x f16, sparse<1:2>>"), other);
    parts.remove("w.metadata");
    String lacking = message(written(parts, type.toString()), type);
    assertTrue(lacking.endsWith("but the file has no tensor 'w.metadata'"), lacking);
  }

  /** Another's file, which calls f32 tf32. */
  @Test
  void elementsThatAreNoTf32AreRefused() {
    TensorType type = type("tensor<[4] x tf32>");
    HostTensor singles = HostTensor.encode(Tensor.of(type.plain(Formats.F32), 1, -2, 0.1f, 0));
    String message = message(written(ImmutableMap.of("w", singles), type.toString()), type);
    assertTrue(message.endsWith(
        "tensor 'w' is no tensor<[4] x tf32>: element 2 is 0.1, which tf32 does not have"), message);
    HostTensor halves = HostTensor.encode(Tensor.of(type.plain(Formats.F16), 1, -2, 0.5, 0));
    String other = message(written(ImmutableMap.of("w", halves), type.toString()), type);
    assertTrue(other.endsWith(
        "tensor 'w' is tensor<[4] x f16>, but 'w' of type tensor<[4] x tf32> needs tensor<[4] x f32>"), other);
  }

  private Path cutlass(Map<String, HostTensor> tensors) {
    Map<String, HostTensor> named = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> named.put("w." + name, tensor));
    Path path = folder.resolve("cutlass.safetensors");
    SafetensorsFile.write(path, named, ImmutableMap.of());
    return path;
  }

  /** Matrices that PyTorch stores are read as sparse ones, and go back bit for bit. */
  @Test
  void matricesOfCutlassComeBack() {
    for (String precision : List.of("f16", "bf16", "e4m3", "f32")) {
      boolean isSingle = precision.equals("f32");
      TensorType type = type("tensor<[64,128] x " + precision + ", sparse<" + (isSingle ? "1:2" : "2:4") + ">>");
      Tensor tensor = tensor(type, 3);
      Map<String, HostTensor> stored = CutlassTensors.of(tensor);
      assertEquals("tensor<[64,64] x " + precision + ">", stored.get("packed").type().toString());
      assertEquals(
          precision.equals("e4m3") ? "tensor<[64,4] x i32>" : "tensor<[64," + (isSingle ? 16 : 8) + "] x i16>",
          stored.get("meta").type().toString());
      try (WeightFile file = WeightFile.open(cutlass(stored))) {
        assertEquals(type, file.type("w").orElseThrow());
        assertTrue(tensor.sameAs(file.weight("w", type)));
        assertArrayEquals(tensor.values(), file.weight("w", type.plain(Formats.F32)).elements());
        CutlassTensors.of(file.weight("w", type)).forEach((name, again) ->
            assertEquals(-1, again.data().mismatch(stored.get(name).data()), name));
      }
    }
  }

  /** What is stored of a matrix of tf32 is read as one of f32, the type that PyTorch has. */
  @Test
  void matricesOfTf32AreThoseOfF32() {
    Tensor tensor = tensor(type("tensor<[32,32] x tf32, sparse<1:2>>"), 5);
    try (WeightFile file = WeightFile.open(cutlass(CutlassTensors.of(tensor)))) {
      assertEquals(type("tensor<[32,32] x f32, sparse<1:2>>"), file.type("w").orElseThrow());
      assertArrayEquals(tensor.values(), file.weight("w", tensor.type().plain(Formats.F32)).elements());
    }
  }

  /** The first row's first group is in the lowest bits of the first element, reordered or not. */
  @Test
  void metadataOfCutlassOutOfOrderIsRefused() {
    TensorType type = type("tensor<[64,64] x f16, sparse<2:4>>");
    Map<String, HostTensor> stored = new LinkedHashMap<>(CutlassTensors.of(tensor(type, 3)));
    Tensor meta = stored.get("meta").decode();
    double[] elements = meta.elements().clone();
    elements[0] = (short) ((int) elements[0] & ~0xF | 0x1);
    stored.put("meta", HostTensor.encode(Tensor.of(meta.type(), elements)));
    String message = message(cutlass(stored), type);
    assertTrue(message.endsWith("tensor 'w' is no tensor<[64,64] x f16, sparse<2:4>>: the metadata of row 0, group 0 is"
        + " 0x1, whose places 1 and 0 are not in ascending order"), message);
  }
}
