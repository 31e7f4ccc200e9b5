package nibble.emulator;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.emulator.table.Fidelity;
import nibble.emulator.table.Form;

/**
 * What a launch did. Instructions are counted by basic blocks: one with a guard counts for all lanes that reach it.
 *
 * @param blocks blocks that ran
 * @param warpInstructions instructions executed, one for a warp
 * @param threadInstructions instructions executed, one for a thread
 * @param divergences branches at which the lanes of a warp disagreed
 * @param barriers warps that arrived at barriers
 * @param globalBytesRead bytes that threads read from global memory
 * @param globalBytesWritten bytes that threads wrote to global memory
 * @param tensorOperations matrix multiply-adds, one for a warp
 * @param fidelity warp instructions by how exact they are
 * @param forms warp instructions by the table's rows
 * @param output what the kernel printed, in the order of blocks
 * @param findings what the machine's checks found
 * @param counters what each instruction did, if the machine was built to count that
 * @param seconds how long it took
 */
public record LaunchResult(
    long blocks,
    long warpInstructions,
    long threadInstructions,
    long divergences,
    long barriers,
    long globalBytesRead,
    long globalBytesWritten,
    long tensorOperations,
    Map<Fidelity, Long> fidelity,
    Map<Form, Long> forms,
    List<String> output,
    List<Finding> findings,
    Optional<Counters> counters,
    double seconds) {
  public LaunchResult {
    fidelity = Map.copyOf(fidelity);
    forms = Map.copyOf(forms);
    output = List.copyOf(output);
    findings = List.copyOf(findings);
  }
}
