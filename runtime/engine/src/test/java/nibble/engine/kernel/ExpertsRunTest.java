package nibble.engine.kernel;

import nibble.codegen.kernel.KernelCase;
import nibble.codegen.kernel.KernelCases;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mixtures of experts on the PTX machine, as other targets than the oldest have them. */
class ExpertsRunTest {
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.KernelCases#experts")
  void hopper(KernelCase kernels) {
    KernelProof.prove(kernels, "sm_90a");
  }

  /** Codes, which newer targets multiply as they are, and a mixture of 16-bit floats. */
  @ParameterizedTest
  @ValueSource(strings = {"sm_89", "sm_120a"})
  void newer(String target) {
    KernelCases.experts().filter(kernels -> kernels.name().matches(".*(codes|router).*")).forEach(
        kernels -> KernelProof.prove(kernels, target));
  }

  /** Whoever nobody is routed to says nothing, though its weights are no numbers. */
  @Test
  void nobodyAndEverybody() {
    int tokens = 70;
    Tensor gates = Tensor.generate(
        TensorType.of(Shape.of(tokens, 3), Formats.F32), i -> i % 3 == 0 ? 0.5 : i % 3 == 1 ? -1 : i % 2);
    Tensor weight = Tensor.generate(
        TensorType.of(Shape.of(3, 32, 24), Formats.F16), i -> i / (32 * 24) == 1 ? Double.NaN : (i % 7 - 3) / 4.0);
    Tensor x = Tensor.generate(TensorType.of(Shape.of(tokens, 32), Formats.F16), i -> (i % 11 - 5) / 8.0);
    KernelProof.prove(KernelCases.experts().filter(kernels -> kernels.name().equals("experts: edges")).findFirst()
        .orElseThrow(), x, weight, gates);
  }
}
