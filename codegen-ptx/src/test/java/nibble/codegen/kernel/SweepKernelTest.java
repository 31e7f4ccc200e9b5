package nibble.codegen.kernel;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tile IR of every case: prints and parses back, gives what the region means, and assembles without spills. */
class SweepKernelTest {
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.SweepCases#reductions")
  void reductions(KernelCase kernels) {
    KernelHarness.check(kernels);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.SweepCases#rows")
  void rows(KernelCase kernels) {
    KernelHarness.check(kernels);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.SweepCases#quantizers")
  void quantizers(KernelCase kernels) {
    KernelHarness.check(kernels);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.SweepCases#maps")
  void maps(KernelCase kernels) {
    KernelHarness.check(kernels);
  }
}
