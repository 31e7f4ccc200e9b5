package nibble.ir.bound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nibble.ir.Function;
import nibble.ir.Registry;
import nibble.ir.eval.Tensor;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;

/** A kernel has the parts of a sigmoid. Far out its exponential is infinite, and the result is known all the same. */
class SigmoidPartsTest {
  private static final double[] ARGUMENTS = {-3, -80, -89, -100, -3000};

  private static Approximate silu(String one) {
    Function function = Parser.parse("""
        module @m {
          func @f(%%x: tensor<[5] x f32>) {
            %%one = constant {values = [%s]} : tensor<[] x f32>
            %%0 = neg %%x : tensor<[5] x f32>
            %%1 = exp %%0 : tensor<[5] x f32>
            %%2 = add %%1, %%one : tensor<[5] x f32>
            %%3 = reciprocal %%2 : tensor<[5] x f32>
            %%4 = mul %%x, %%3 : tensor<[5] x f32>
            return %%4
          }
        }
        """.formatted(one), "test", Registry.core()).functions().get("f");
    Tensor x = Tensor.generate(function.parameters().getFirst().tensorType(), i -> ARGUMENTS[i]);
    return new RunningBounds(new F32Model()).run(function.body(), List.of(Approximate.given(x))).getFirst();
  }

  @Test
  void whatUnderflowsIsBounded() {
    Approximate silu = silu("1.0");
    for (int i = 0; i < ARGUMENTS.length; i++) {
      double bound = silu.error()[i];
      // Where the exponential is infinite, kernels have 0.
      boolean includesZero = bound >= Math.abs(silu.exact().elements()[i]) || ARGUMENTS[i] > -88;
      assertTrue(includesZero && bound < 1e-5, ARGUMENTS[i] + ": " + bound);
    }
  }

  /** Of another sum than that with 1 nothing is said. */
  @Test
  void otherSumsAreNot() {
    assertEquals(Double.POSITIVE_INFINITY, silu("-1.0").error()[4]);
  }
}
