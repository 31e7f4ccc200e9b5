package nibble.engine.kernel;

import nibble.codegen.kernel.KernelCase;
import nibble.codegen.kernel.RingCases;
import nibble.codegen.kernel.WarpgroupAttentionCases;
import nibble.emulator.schedule.Schedule;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelCasesRunTest {
  /** On the PTX machine, each element within its error bound. */
  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.KernelCases#all")
  void ptx(KernelCase kernels) {
    KernelProof.prove(kernels);
  }

  /** Products as Hopper has them, large ones by warpgroups. */
  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.KernelCases#products")
  void hopper(KernelCase kernels) {
    KernelProof.prove(kernels, "sm_90a");
  }

  /** Products that quantize behind views of their results, by warps and by warpgroups. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.KernelCases#viewedQuantizers")
  void viewedQuantizers(KernelCase kernels) {
    KernelProof.prove(kernels);
    KernelProof.prove(kernels, "sm_90a");
  }

  /** Those whose tiles come by tensor copies, round after round. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.RingCases#all")
  void rings(KernelCase kernels) {
    KernelProof.prove(kernels, "sm_90a");
  }

  /** Attentions that warpgroups compute. */
  @ParameterizedTest(name = "{0}")
  @MethodSource(
      {"nibble.codegen.kernel.WarpgroupAttentionCases#all", "nibble.codegen.kernel.WarpgroupAttentionCases#others"})
  void warpgroups(KernelCase kernels) {
    KernelProof.prove(kernels, "sm_90a");
  }

  /** Whoever is held back, the copying warp or one that multiplies, the others wait. */
  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"random:1", "adversarial:2"})
  void schedules(String schedule) {
    RingCases.all().filter(kernels -> kernels.name().matches("ring of (columns|groups of both)")).forEach(
        kernels -> KernelProof.prove(kernels, "sm_90a", Schedule.parse(schedule).orElseThrow()));
  }

  /** The same of attentions by warpgroups, whose copying warps hand on their registers. */
  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"random:1", "adversarial:2"})
  void schedulesOfAttentions(String schedule) {
    WarpgroupAttentionCases.all().filter(kernels -> kernels.name().matches(".*(rounds of 128|one block.*)")).forEach(
        kernels -> KernelProof.prove(kernels, "sm_90a", Schedule.parse(schedule).orElseThrow()));
  }

  /** Codes as Ada multiplies them, which sums FP8 coarsely. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.KernelCases#codes")
  void ada(KernelCase kernels) {
    KernelProof.prove(kernels, "sm_89");
  }

  /** Codes as Blackwell multiplies them, with their scales where it takes these. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.KernelCases#codes")
  void blackwell(KernelCase kernels) {
    KernelProof.prove(kernels, "sm_120a");
  }

  /** Attentions of codes of eight bits, on what multiplies these. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.LowBitCases#bytes")
  void lowBit(KernelCase kernels) {
    KernelProof.prove(kernels, "sm_89");
  }

  /** The same, and of NVFP4, on what multiplies them as halves. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.LowBitCases#widened")
  void widened(KernelCase kernels) {
    KernelProof.prove(kernels, "sm_80");
  }

  /** Attentions of NVFP4, which one target multiplies, and of INT4, which it does not. */
  @ParameterizedTest(name = "{0}")
  @MethodSource({"nibble.codegen.kernel.LowBitCases#nvfp4", "nibble.codegen.kernel.LowBitCases#int4"})
  void nvfp4(KernelCase kernels) {
    KernelProof.prove(kernels, "sm_120a");
  }
}
