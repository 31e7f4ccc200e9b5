package nibble.engine.file;

import static nibble.engine.file.OnnxBytes.graph;
import static nibble.engine.file.OnnxBytes.head;
import static nibble.engine.file.OnnxBytes.message;
import static nibble.engine.file.OnnxBytes.model;
import static nibble.engine.file.OnnxBytes.node;
import static nibble.engine.file.OnnxBytes.packedDims;
import static nibble.engine.file.OnnxBytes.packedDoubles;
import static nibble.engine.file.OnnxBytes.packedFloats;
import static nibble.engine.file.OnnxBytes.packedInts;
import static nibble.engine.file.OnnxBytes.raw;
import static nibble.engine.file.OnnxBytes.unpackedFloats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nibble.ir.diagnostic.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxReaderTest {
  @TempDir
  private Path folder;

  private WeightFile open(byte[] model) {
    try {
      return WeightFile.open(Files.write(folder.resolve("m.onnx"), model));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private WeightFile initializers(byte[]... tensors) {
    return open(model(graph(List.of(), List.of(tensors))));
  }

  private void assertValues(byte[] tensor, String type, double... values) {
    try (WeightFile file = initializers(tensor)) {
      assertEquals("tensor<" + type + ">", file.type("t").orElseThrow().toString());
      assertArrayEquals(values, file.tensor("t").elements());
    }
  }

  @Test
  void rawData() {
    assertValues(message(head("t", 1, 2), raw((byte) 0, (byte) 0, (byte) 0x80, (byte) 0x3f, (byte) 0, (byte) 0,
        (byte) 0, (byte) 0xc0)), "[2] x f32", 1, -2);
    assertValues(message(head("t", 3, 2, 1), raw((byte) 1, (byte) -1)), "[2,1] x i8", 1, -1);
    assertValues(message(head("t", 22, 3), raw((byte) 0xF1, (byte) 0x07)), "[3] x i4", 1, -1, 7);
    assertValues(message(head("t", 9, 2), raw((byte) 0, (byte) 1)), "[2] x bool", 0, 1);
  }

  @Test
  void typedData() {
    assertValues(message(head("t", 1, 2), packedFloats(1.5f, -2)), "[2] x f32", 1.5, -2);
    assertValues(message(head("t", 1, 2), unpackedFloats(1.5f, -2)), "[2] x f32", 1.5, -2);
    assertValues(message(head("t", 11, 2), packedDoubles(0.1, -2)), "[2] x f64", 0.1, -2);
    assertValues(message(head("t", 7, 3), packedInts(7, 5, -6, 1L << 40)), "[3] x i64", 5, -6, 1L << 40);
    assertValues(message(head("t", 6, 2), packedInts(5, 5, -6)), "[2] x i32", 5, -6);
    assertValues(message(head("t", 5, 2), packedInts(5, 5, -6)), "[2] x i16", 5, -6);
    assertValues(message(head("t", 2, 2), packedInts(5, 5, 250)), "[2] x u8", 5, 250);
    assertValues(message(head("t", 10, 2), packedInts(5, 0x3c00, 0xc000)), "[2] x f16", 1, -2);
    assertValues(message(head("t", 16, 2), packedInts(5, 0x3f80, 0xc000)), "[2] x bf16", 1, -2);
    assertValues(message(head("t", 17, 1), packedInts(5, 0x38)), "[1] x e4m3", 1);
    assertValues(message(head("t", 22, 3), packedInts(5, 0xF1, 0x07)), "[3] x i4", 1, -1, 7);
    assertValues(message(head("t", 9, 3), packedInts(5, 0, 1, 2)), "[3] x bool", 0, 1, 1);
  }

  @Test
  void shapesPackedAndOfScalars() {
    assertValues(message(packedDims(2, 1), head("t", 3), raw((byte) 1, (byte) 2)), "[2,1] x i8", 1, 2);
    assertValues(message(head("t", 3), raw((byte) 7)), "[] x i8", 7);
  }

  @Test
  void aTensorThatExportersNamedIsKnownByItsNode() {
    byte[] weight = message(head("onnx::MatMul_1432", 3, 1), raw((byte) 1));
    byte[] authored = message(head("encoder.layer.0.query.bias", 3, 1), raw((byte) 2));
    byte[] first = message(head("7", 3, 1), raw((byte) 3));
    byte[] second = message(head("8", 3, 1), raw((byte) 4));
    byte[] shared = message(head("onnx::Shared", 3, 1), raw((byte) 5));
    byte[] model = model(graph(
        List.of(
            node("/encoder/layer.0/query/MatMul", "MatMul", "x", "onnx::MatMul_1432"),
            node("/encoder/layer.0/query/Add", "Add", "encoder.layer.0.query.bias", "y"),
            node("/clip/Clip", "Clip", "z", "7", "8"),
            node("/a/Mul", "Mul", "a", "onnx::Shared"),
            node("/b/Mul", "Mul", "b", "onnx::Shared")),
        List.of(weight, authored, first, second, shared)));
    try (WeightFile file = open(model)) {
      assertEquals(
          "[7, 8, clip.Clip:1, clip.Clip:2, encoder.layer.0.query.MatMul, encoder.layer.0.query.bias, "
              + "onnx::MatMul_1432, "
              + "onnx::Shared]",
          file.names().toString());
      assertEquals(1, file.tensor("encoder.layer.0.query.MatMul").item());
      assertEquals(4, file.tensor("clip.Clip:2").item());
    }
  }

  @Test
  void aSecondNameIsNeverThatOfTwoTensors() {
    byte[] first = message(head("1", 3, 1), raw((byte) 1));
    byte[] second = message(head("2", 3, 1), raw((byte) 2));
    byte[] third = message(head("3", 3, 1), raw((byte) 3));
    byte[] authored = message(head("a.MatMul", 3, 1), raw((byte) 4));
    byte[] model = model(graph(
        List.of(node("/a/MatMul", "MatMul", "1"), node("/b/MatMul", "MatMul", "2"), node("b.MatMul", "Add", "3")),
        List.of(first, second, third, authored)));
    try (WeightFile file = open(model)) {
      assertEquals("[1, 2, 3, a.MatMul]", file.names().toString());
      assertEquals(4, file.tensor("a.MatMul").item());
    }
  }

  @Test
  void dataInAnotherFileAreRefused() {
    byte[] external = message(head("far", 1, 4), out -> out.writeInt32(14, 1));
    byte[] near = message(head("near", 3, 1), raw((byte) 9));
    try (WeightFile file = initializers(external, near)) {
      assertEquals(9, file.tensor("near").item());
      InputException refused = assertThrows(InputException.class, () -> file.tensor("far"));
      assertTrue(refused.getMessage().endsWith("tensor 'far' has its data in another file"), refused.getMessage());
    }
  }

  @Test
  void aTypeWithoutAFormatIsRefused() {
    try (WeightFile file = initializers(message(head("s", 8, 1)))) {
      InputException refused = assertThrows(InputException.class, () -> file.type("s"));
      assertTrue(refused.getMessage().contains("tensor 's' has elements of the ONNX type STRING"),
          refused.getMessage());
    }
  }
}
