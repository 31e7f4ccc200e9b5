package nibble.codegen.kernel;

import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KernelCasesTest {
  /** Prints and parses back, gives what the region means, and assembles for each target without spills. */
  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.KernelCases#all")
  void tileIr(KernelCase kernels) {
    KernelHarness.check(kernels);
  }

  /** Products whose tiles come by tensor copies. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.RingCases#all")
  void rings(KernelCase kernels) {
    KernelHarness.check(kernels, "sm_90a");
  }

  /** Attentions that warpgroups compute. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.WarpgroupAttentionCases#all")
  void warpgroups(KernelCase kernels) {
    KernelHarness.check(kernels, "sm_90a");
  }

  /** Products of codes as targets have them that multiply these as they are. */
  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.KernelCases#smallCodes")
  void codes(KernelCase kernels) {
    KernelHarness.check(kernels, "sm_89");
    KernelHarness.check(kernels, "sm_120a");
  }

  /** Attentions of codes of eight bits as targets have them that multiply these. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.LowBitCases#bytes")
  void lowBit(KernelCase kernels) {
    KernelHarness.check(kernels, "sm_89");
  }

  /** Attentions of NVFP4, which one target multiplies, and of INT4, which it does not. */
  @ParameterizedTest(name = "{0}")
  @MethodSource({"nibble.codegen.kernel.LowBitCases#nvfp4", "nibble.codegen.kernel.LowBitCases#int4"})
  void nvfp4(KernelCase kernels) {
    KernelHarness.check(kernels, "sm_120a");
  }
}
