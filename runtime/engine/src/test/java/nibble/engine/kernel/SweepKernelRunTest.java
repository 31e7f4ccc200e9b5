package nibble.engine.kernel;

import nibble.codegen.kernel.KernelCase;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case as PTX: each element within its error bound. */
class SweepKernelRunTest {
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.SweepCases#reductions")
  void reductions(KernelCase kernels) {
    KernelProof.prove(kernels);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.SweepCases#rows")
  void rows(KernelCase kernels) {
    KernelProof.prove(kernels);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.SweepCases#quantizers")
  void quantizers(KernelCase kernels) {
    KernelProof.prove(kernels);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.SweepCases#maps")
  void maps(KernelCase kernels) {
    KernelProof.prove(kernels);
  }
}
