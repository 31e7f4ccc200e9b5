package nibble.codegen.kernel;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tile IR of every case: prints and parses back, gives what the region means, and assembles without spills. */
class ProductKernelTest {
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.ProductCases#formats")
  void formats(KernelCase kernels) {
    KernelHarness.check(kernels);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.ProductCases#epilogues")
  void epilogues(KernelCase kernels) {
    KernelHarness.check(kernels);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.ProductCases#prologues")
  void prologues(KernelCase kernels) {
    KernelHarness.check(kernels);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.ProductCases#batched")
  void batched(KernelCase kernels) {
    KernelHarness.check(kernels);
  }
}
