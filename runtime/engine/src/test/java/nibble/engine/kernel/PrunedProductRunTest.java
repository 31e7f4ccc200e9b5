package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import nibble.codegen.Backend;
import nibble.engine.testing.ProvenRun;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products with pruned weights by the kernels of dense ones, on the PTX machine. */
class PrunedProductRunTest {
  private static final int DEPTH = 64;
  private static final WeightSource WEIGHTS = (key, type) -> random(type, 3);

  private static Tensor random(TensorType type, long seed) {
    Random random = new Random(seed);
    return Tensor.of(type, random.doubles(type.shape().size().constant(), -1, 1).toArray()).rounded();
  }

  private static String program(String layout, String operand) {
    return """
        module @m {
          func @f(%x: tensor<[64,64] x bf16>) {
            %w = weight {key = "w"} : tensor<[32,64] x bf16>
            %0 = prune $P {axis = 1, layout = sparse<$L>} : $T
            %1 = matmul $M {transposeB = true, to = f32} : tensor<[64,32] x f32>
            return %1
          }
        }
        """.replace("$L", layout).replace("$P", operand)
        .replace("$T", operand.equals("%w") ? "tensor<[32,64] x bf16>" : "tensor<[64,64] x bf16>")
        .replace("$M", operand.equals("%w") ? "%x, %0" : "%0, %w");
  }

  /** With the unit matrix the product is the pruned weight, transposed. */
  @ParameterizedTest
  @ValueSource(strings = {"2:4", "16:2:8"})
  void theProductIsThatOfThePrunedWeight(String layout) {
    Tensor unit = Tensor.generate(
        TensorType.of(Shape.of(DEPTH, DEPTH), Formats.BF16), i -> i / DEPTH == i % DEPTH ? 1 : 0);
    ProvenRun run = ProvenRun.of(
        ProvenRun.compile(ProvenRun.parse(program(layout, "%w")), new Backend()), List.of(unit), WEIGHTS);
    assertTrue(run.isProven(), () -> run.wrong().toString());
    double[] pruned = run.outputs().getFirst().elements();
    double[] dense = random(TensorType.of(Shape.of(32, DEPTH), Formats.BF16), 3).elements();
    int size = layout.equals("2:4") ? 4 : 8;
    for (int row = 0; row < 32; row++) {
      for (int first = 0; first < DEPTH; first += size) {
        int kept = 0;
        for (int k = first; k < first + size; k++) {
          double value = pruned[k * 32 + row];
          assertTrue(value == 0 || value == dense[row * DEPTH + k], "element " + row + ", " + k);
          kept += value != 0 ? 1 : 0;
        }
        assertEquals(2, kept, "of row " + row + " from " + first);
      }
    }
  }

  /** Kernels prune what is not known before inputs are to 2:4 alone. */
  @Test
  void activationsAreRefusedByName() {
    InputException refusal = assertThrows(
        InputException.class, () -> ProvenRun.compile(ProvenRun.parse(program("1:2", "%x")), new Backend()));
    assertEquals(
        "no kernel prunes tensor<[64,64] x bf16> to 1:2 along axis 1; they prune matrices of f16 or bf16 to 2:4 along"
            + " the last axis",
        refusal.getMessage());
  }
}
