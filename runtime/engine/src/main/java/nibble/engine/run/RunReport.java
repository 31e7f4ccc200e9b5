package nibble.engine.run;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.codegen.assemble.Verdict;
import nibble.engine.compile.PreparedModel;
import nibble.engine.cost.OpCosts;
import nibble.engine.verify.KernelCheck;
import nibble.engine.verify.PrecisionCost;
import nibble.engine.verify.WrongKernel;
import nibble.ir.eval.Tensor;

/**
 * What a run did.
 *
 * @param model what ran
 * @param inputs on what
 * @param device where: {@code emulator}
 * @param deviceReason why there
 * @param target what kernels were compiled for; empty of the interpreter
 * @param launches how many kernels were launched
 * @param outputs one for each result of the function
 * @param checks the proof of each launch; empty where none was asked for
 * @param wrong the first launch that is not proven
 * @param cost what precision cost; empty where no proof was asked for
 * @param modelled what each op costs, modelled; empty of the interpreter
 * @param assembly what an assembler said of the kernels, where it was asked
 * @param seconds by phase
 */
public record RunReport(
    PreparedModel model,
    ModelInputs inputs,
    String device,
    String deviceReason,
    Optional<String> target,
    int launches,
    ImmutableList<Tensor> outputs,
    Optional<ImmutableList<KernelCheck>> checks,
    Optional<WrongKernel> wrong,
    Optional<PrecisionCost> cost,
    Optional<OpCosts> modelled,
    Optional<Verdict> assembly,
    ImmutableMap<String, Double> seconds) {

  /** Whether every kernel is proven and every validated pass kept its promise; empty where no proof was asked for. */
  public Optional<Boolean> verified() {
    return checks.map(all ->
        all.stream().allMatch(KernelCheck::isProven) && model.passes().failures().isEmpty());
  }
}
