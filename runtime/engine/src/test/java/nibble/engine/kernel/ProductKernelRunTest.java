package nibble.engine.kernel;

import nibble.codegen.kernel.KernelCase;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case as PTX: each element within its error bound. */
class ProductKernelRunTest {
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.ProductCases#formats")
  void formats(KernelCase kernels) {
    KernelProof.prove(kernels);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.ProductCases#epilogues")
  void epilogues(KernelCase kernels) {
    KernelProof.prove(kernels);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.ProductCases#prologues")
  void prologues(KernelCase kernels) {
    KernelProof.prove(kernels);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.ProductCases#batched")
  void batched(KernelCase kernels) {
    KernelProof.prove(kernels);
  }
}
