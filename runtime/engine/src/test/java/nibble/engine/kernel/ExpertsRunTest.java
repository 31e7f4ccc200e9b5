package nibble.engine.kernel;

import nibble.codegen.kernel.KernelCase;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Mixtures of experts on the PTX machine, as other targets than the oldest have them. */
class ExpertsRunTest {
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.KernelCases#experts")
  void hopper(KernelCase kernels) {
    KernelProof.prove(kernels, "sm_90a");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.KernelCases#experts")
  void blackwell(KernelCase kernels) {
    KernelProof.prove(kernels, "sm_120a");
  }
}
