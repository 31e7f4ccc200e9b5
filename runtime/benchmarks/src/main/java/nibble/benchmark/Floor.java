package nibble.benchmark;

import com.google.common.collect.ImmutableList;
import java.util.Optional;

/**
 * What a benchmark should reach on one core, or two where it says so.
 *
 * @param benchmark end of the benchmark's label
 * @param limit the least rate, or the longest time
 */
record Floor(String benchmark, double limit) {
  static final ImmutableList<Floor> ALL = ImmutableList.of(
      new Floor("CompileWarm.whole", 500),
      new Floor("MachineArithmetic.launch(INTERPRETED) threadInstructions", 1.8e9),
      new Floor("MachineArithmetic.launch(COMPILED) threadInstructions", 3.5e9),
      new Floor("MachineArithmetic.launch(COMPILED_ON_TWO_WORKERS) threadInstructions", 1.8 * 3.5e9),
      new Floor("MachineNewKernel.first100ms threadInstructions", 1.5e9),
      new Floor("MachineTensorCores.launch(F16_SM_80) tensorOperations", 5e6),
      new Floor("MachineTensorCores.launch(S8_SM_80) tensorOperations", 2.5e6),
      new Floor("MachineTensorCores.launch(F16_SM_90) tensorOperations", 5e6),
      new Floor("MachineChecks.launch(ARITHMETIC, ALL) threadInstructions", 0.3e9),
      new Floor("MachineChecks.launch(ARITHMETIC_WITH_HALF_OF_THE_LANES, ALL) threadInstructions", 0.3e9),
      new Floor("MachineChecks.launch(GEMM_F16, ALL) threadInstructions", 0.3e9),
      new Floor("MachineChecks.launch(GEMM_S8, ALL) threadInstructions", 0.3e9),
      new Floor("MachineChecks.launch(ATTENTION, ALL) threadInstructions", 0.3e9),
      new Floor("EmulatedGemm.launch(F16)", 500),
      new Floor("EmulatedGemm.launch(S8)", 500));

  /** The floor of a benchmark, where there is one. */
  static Optional<Floor> of(String label) {
    return ALL.stream().filter(floor -> floor.benchmark.equals(label)).findFirst();
  }
}
