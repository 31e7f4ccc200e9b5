package nibble.engine.kernel;

import nibble.codegen.kernel.KernelCase;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KernelCasesRunTest {
  /** On the PTX machine, each element within its error bound. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.KernelCases#all")
  void ptx(KernelCase kernels) {
    KernelProof.prove(kernels);
  }
}
