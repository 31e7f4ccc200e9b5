package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import nibble.codegen.Backend;
import nibble.engine.testing.ProvenRun;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What rotations by kernels are, on the PTX machine. */
class RotationRunTest {
  private static final int ROWS = 3;
  private static final int COLUMNS = 512;

  private static Tensor random() {
    Random random = new Random(1);
    double[] x = new double[ROWS * COLUMNS];
    Arrays.setAll(x, i -> Formats.F32.round(random.nextGaussian()));
    return Tensor.of(TensorType.of(Shape.of(ROWS, COLUMNS), Formats.F32), x);
  }

  private static List<Tensor> run(String body, Tensor x) {
    ProvenRun run = ProvenRun.of(ProvenRun.compile(ProvenRun.parse("""
        module @m {
          func @f(%x: tensor<[3,512] x f32>) {
        $B
          }
        }
        """.replace("$B", body).replace("$T", "tensor<[3,512] x f32>")), new Backend()), List.of(x), WeightSource.NONE);
    assertTrue(run.isProven(), () -> run.wrong().toString());
    return run.outputs();
  }

  /** Lengths stay, and a matrix of plus and minus is its own inverse; with signs, they are undone behind it. */
  @ParameterizedTest
  @CsvSource({"1, ''", "8, ''", "32, ''", "512, ''", "32, ', seed = 9'"})
  void rotationsAreOrthogonal(int size, String seed) {
    Tensor x = random();
    List<Tensor> turned = run("""
        %0 = hadamard %x {axis = 1, size = $N$S} : $T
        %1 = hadamard %0 {axis = 1, size = $N} : $T
        return %0, %1
        """.replace("$N", Integer.toString(size)).replace("$S", seed), x);
    double[] once = turned.get(0).elements();
    double[] twice = turned.get(1).elements();
    for (int block = 0; block < x.size(); block += size) {
      double before = 0;
      double after = 0;
      for (int i = block; i < block + size; i++) {
        before += x.elements()[i] * x.elements()[i];
        after += once[i] * once[i];
        // With signs what comes back has them.
        double back = seed.isEmpty() ? twice[i] : Math.copySign(twice[i], x.elements()[i]);
        assertEquals(x.elements()[i], back, 1e-5, "element " + i);
      }
      assertEquals(before, after, 1e-5 * before, "block from " + block);
    }
  }

  /** One element becomes the same magnitude everywhere in its block, and nothing elsewhere. */
  @ParameterizedTest
  @ValueSource(ints = {16, 32, 128})
  void anOutlierIsSpreadOverItsBlock(int size) {
    double[] x = new double[ROWS * COLUMNS];
    x[COLUMNS + 300] = 64;
    double[] turned = run("""
        %0 = hadamard %x {axis = 1, size = $N} : $T
        return %0
        """.replace("$N", Integer.toString(size)), Tensor.of(random().type(), x)).getFirst().elements();
    int first = COLUMNS + 300 / size * size;
    for (int i = 0; i < turned.length; i++) {
      double expected = i >= first && i < first + size ? Formats.F32.round(1 / Math.sqrt(size)) * 64 : 0;
      assertEquals(expected, Math.abs(turned[i]), "element " + i);
    }
  }

  /** Rotated and quantized in one sweep. */
  @ParameterizedTest
  @ValueSource(strings = {"token", "group(64)"})
  void quantizersRotateOnTheirWay(String scale) {
    ProvenRun run = ProvenRun.of(ProvenRun.compile(ProvenRun.parse("""
        module @m {
          func @f(%x: tensor<[3,512] x f32>) {
            %0 = hadamard %x {axis = 1, size = 64} : tensor<[3,512] x f32>
            %1 = quantize %0 {rounding = nearest_even} : tensor<[3,512] x i8, scale<$S, f32>>
            return %1
          }
        }
        """.replace("$S", scale)), new Backend()), List.of(random()), WeightSource.NONE);
    assertTrue(run.isProven(), () -> run.wrong().toString());
    assertEquals(
        List.of("hadamard_amax_scales_quantize"), run.checks().stream().map(check -> check.kernel()).toList());
  }
}
