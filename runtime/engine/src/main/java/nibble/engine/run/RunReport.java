package nibble.engine.run;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
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
 * @param steps what it made of each set of inputs, in order; at least one
 * @param state what the last step leaves
 * @param device where: {@code emulator}
 * @param deviceReason why there
 * @param target what kernels were compiled for; empty of the interpreter
 * @param wrong the first launch that is not proven
 * @param modelled what each op costs in a first step, modelled; empty of the interpreter
 * @param assembly what an assembler said of the kernels, where it was asked
 * @param seconds by phase
 */
public record RunReport(
    PreparedModel model,
    ImmutableList<RunStep> steps,
    RunState state,
    String device,
    String deviceReason,
    Optional<String> target,
    Optional<WrongKernel> wrong,
    Optional<OpCosts> modelled,
    Optional<Verdict> assembly,
    ImmutableMap<String, Double> seconds) {

  /** What the last step ran on. */
  public ModelInputs inputs() {
    return steps.getLast().inputs();
  }

  /** What the last step gave: one for each result of the function. */
  public ImmutableList<Tensor> outputs() {
    return steps.getLast().outputs();
  }

  /** How many kernels were launched in all steps. */
  public int launches() {
    return steps.stream().mapToInt(RunStep::launches).sum();
  }

  /** The proof of each launch of all steps; empty where none was asked for. */
  public Optional<ImmutableList<KernelCheck>> checks() {
    return steps.getFirst().checks().map(_ -> steps.stream()
        .flatMap(step -> step.checks().stream()).flatMap(List::stream).collect(ImmutableList.toImmutableList()));
  }

  /** What precision cost in the last step; empty where no proof was asked for. */
  public Optional<PrecisionCost> cost() {
    return steps.getLast().cost();
  }

  /** Whether every kernel is proven and every validated pass kept its promise; empty where no proof was asked for. */
  public Optional<Boolean> verified() {
    return checks().map(all ->
        all.stream().allMatch(KernelCheck::isProven) && model.passes().failures().isEmpty());
  }
}
