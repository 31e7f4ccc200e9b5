package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.layout.SparseLayouts.NOfM;
import nibble.ir.shape.Shape;
import nibble.ir.text.Parser;

/** The projection of S-STE in programs: its factor is found by other ops, once, and kept as a weight. */
class SoftThresholdTest {
  private static final TensorType WEIGHTS = TensorType.of(Shape.of(8, 16), Formats.F32);

  private static Tensor random(long seed) {
    Random random = new Random(seed);
    return Tensor.generate(WEIGHTS, i -> 0).withElements(
        random.doubles(8 * 16, -1, 1).map(x -> (float) x).toArray());
  }

  private static List<Tensor> run(String body, WeightSource weights, Tensor... inputs) {
    String text = "module @m {\n" + body + "}\n";
    return new Interpreter(Mode.EXACT, weights).run(
        Parser.parse(text, "test", Registry.core()).functions().get("f"), List.of(inputs));
  }

  /** The factor of least squares, as a program has it. */
  private static Tensor factor(Tensor weights) {
    return run("""
        func @f(%w: tensor<[8,16] x f32>) {
          %0 = soft_threshold %w {axis = 1} : tensor<[8,16] x f32>
          %1 = mul %w, %0 : tensor<[8,16] x f32>
          %2 = mul %0, %0 : tensor<[8,16] x f32>
          %3 = reduce_sum %1 {axes = [0,1], keep = false} : tensor<[] x f32>
          %4 = reduce_sum %2 {axes = [0,1], keep = false} : tensor<[] x f32>
          %5 = div %3, %4 : tensor<[] x f32>
          return %5
        }
        """, WeightSource.NONE, weights).getFirst();
  }

  private static double[] projected(Tensor weights, Tensor frozen) {
    return run("""
        func @f(%w: tensor<[8,16] x f32>) {
          %b = weight {key = "w.factor"} : tensor<[] x f32>
          %0 = soft_threshold %w, %b {axis = 1} : tensor<[8,16] x f32>
          return %0
        }
        """, (key, type) -> frozen, weights).getFirst().elements();
  }

  /** It is 2:4, keeps what magnitude keeps, and with the frozen factor follows the weights without jumps. */
  @Property(tries = 20)
  void theFactorIsFrozen(@ForAll int seed) {
    Tensor weights = random(seed);
    Tensor frozen = factor(weights);
    double beta = frozen.item();
    assertTrue(beta > 0);
    double[] shrunk = projected(weights, frozen);
    boolean[] keep = new NOfM(2, 4).select(weights.elements(), 16);
    double[] direction = random(seed + 1L).elements();
    double step = 1e-4;
    double[] near = new double[shrunk.length];
    Arrays.setAll(near, i -> weights.elements()[i] + step * direction[i]);
    double[] moved = projected(weights.withElements(near), frozen);
    double[] tripled =
        projected(weights.withElements(Arrays.stream(weights.elements()).map(x -> 3 * x).toArray()), frozen);
    double best = distance(weights.elements(), shrunk, 1);
    for (int i = 0; i < shrunk.length; i++) {
      assertTrue(keep[i] || shrunk[i] == 0);
      assertEquals(3 * shrunk[i], tripled[i], 1e-9);
      assertTrue(Math.abs(moved[i] - shrunk[i]) <= 2 * step * beta * (1 + 1e-9));
    }
    assertTrue(best <= distance(weights.elements(), shrunk, 1.01));
    assertTrue(best <= distance(weights.elements(), shrunk, 0.99));
  }

  private static double distance(double[] weights, double[] projected, double factor) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      double error = weights[i] - factor * projected[i];
      sum += error * error;
    }
    return sum;
  }

  /** Three zeros where the second and the third magnitude are equal. */
  @Example
  void tiesAreZero() {
    Tensor x = Tensor.of(TensorType.of(Shape.of(2, 4), Formats.F32), 1, -2, 2, 3, 0, 0, 0, -1);
    double[] y = new SoftThreshold(1).eval(List.of(x), x.type()).elements();
    assertEquals("[0.0, -0.0, 0.0, 1.0, 0.0, 0.0, 0.0, -1.0]", Arrays.toString(y));
  }
}
