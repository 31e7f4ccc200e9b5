package nibble.engine.kernel;

import nibble.codegen.kernel.KernelCase;
import nibble.codegen.kernel.KernelCases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Mixtures of experts on the PTX machine, as other targets than the oldest have them. */
class ExpertsRunTest {
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.KernelCases#experts")
  void hopper(KernelCase kernels) {
    KernelProof.prove(kernels, "sm_90a");
  }

  /** The same instructions as on the oldest: one mixture will do. */
  @Test
  void blackwell() {
    KernelCases.experts().filter(kernels -> kernels.name().equals("experts behind a router")).forEach(
        kernels -> KernelProof.prove(kernels, "sm_120a"));
  }
}
