package nibble.engine.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import nibble.engine.MiniLm;
import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real model of 22.7 million weights. */
class MiniLmWeightsTest {
  @Test
  void everyWeightOfTheModelHasANameThatItsAuthorWouldKnow(@TempDir Path folder) {
    try (WeightFile file = WeightFile.open(MiniLm.onnx(folder))) {
      assertEquals("onnx", file.format());
      List<String> expected = IntStream.range(0, 6).boxed().flatMap(layer -> List.of(
              "attention.self.query.MatMul", "attention.self.query.bias", "attention.self.key.MatMul",
              "attention.self.key.bias", "attention.self.value.MatMul", "attention.self.value.bias",
              "attention.output.dense.MatMul", "attention.output.dense.bias", "attention.output.LayerNorm.weight",
              "attention.output.LayerNorm.bias", "intermediate.dense.MatMul", "intermediate.dense.bias",
              "output.dense.MatMul", "output.dense.bias", "output.LayerNorm.weight", "output.LayerNorm.bias")
          .stream().map(name -> "encoder.layer." + layer + "." + name)).toList();
      List<String> missing = expected.stream().filter(name -> !file.names().contains(name)).toList();
      assertEquals(List.of(), missing, () -> "the file has " + file.names());
      TensorType words = TensorType.of(Shape.of(30522, 384), Formats.F32);
      assertEquals(words, file.type("embeddings.word_embeddings.weight").orElseThrow());
      assertTrue(
          file.weightBytes("embeddings.word_embeddings.weight", words).data().isMapped(),
          "uploaded from the file itself");
      long weights = file.names().stream()
          .filter(name -> OnnxAliases.isAuthored(name) && file.type(name).orElseThrow().format().equals(Formats.F32))
          .mapToLong(name -> file.type(name).orElseThrow().shape().size().constant())
          .sum();
      assertEquals(22_713_216, weights);
    }
  }

  @Test
  void everyFormatTakesTheWeightsThere(@TempDir Path folder) {
    try (WeightFile file = WeightFile.open(MiniLm.onnx(folder))) {
      TensorType type = TensorType.of(Shape.of(384, 1536), Formats.F16);
      Tensor rounded = file.weight("encoder.layer.0.intermediate.dense.MatMul", type);
      HostTensor bytes = file.weightBytes("encoder.layer.0.intermediate.dense.MatMul", type);
      assertTrue(rounded.sameAs(bytes.decode()));
      assertEquals(2L * 384 * 1536, bytes.byteSize());
    }
  }
}
