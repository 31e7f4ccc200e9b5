package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import nibble.codegen.Backend;
import nibble.engine.testing.ProvenRun;
import nibble.engine.verify.KernelCheck;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import org.junit.jupiter.api.Test;

/** Products whose largest weights are apart, on the PTX machine. */
class DetachedWeightsRunTest {
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final WeightSource WEIGHTS = (key, type) -> random(type, key.hashCode());

  private static Tensor random(TensorType type, long seed) {
    Random random = new Random(seed);
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    Arrays.setAll(elements, i -> Formats.F32.round(random.nextGaussian() * (random.nextInt(50) == 0 ? 8 : 1)));
    return Tensor.of(type, elements);
  }

  /** What is apart is one kernel, and the product adds what it gives. */
  @Test
  void kernelsAreProven() {
    Module module = ProvenRun.parse("""
        module @m {
          symbol B
          func @f(%x: tensor<[B,5,96] x f32>) {
            %w = weight {key = "w"} : tensor<[96,72] x f32>
            %v = weight {key = "v"} : tensor<[40,72] x f32>
            %0 = gelu %x {kind = erf} : tensor<[B,5,96] x f32>
            %1 = matmul %0, %w {transposeB = false, to = f32} : tensor<[B,5,72] x f32>
            %2 = relu %1 : tensor<[B,5,72] x f32>
            %3 = matmul %2, %v {transposeB = true, to = f32} : tensor<[B,5,40] x f32>
            return %3
          }
        }
        """);
    Module after = PassManager.of(REGISTRY, PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS)).run(
        module, REGISTRY.parse(
            "detach-outliers{share=0.03}, quantize{weight=i8:channel, act=i8:token}, fold-dequantize, cse, dce"))
            .output();
    ProvenRun run = ProvenRun.of(
        ProvenRun.compile(after, new Backend()),
        List.of(random(TensorType.of(Shape.of(3, 5, 96), Formats.F32), 1)), WEIGHTS);
    assertTrue(run.isProven(), () -> run.wrong().toString());
    List<String> kernels = run.checks().stream().map(KernelCheck::kernel).toList();
    // The first one computes its input as it reads it.
    assertEquals(
        List.of("reduce_sum", "amax_scales_quantize", "matmul_add_relu", "gather_mul_reduce_sum",
            "amax_scales_quantize_2",
            "matmul_add"), kernels);
  }
}
