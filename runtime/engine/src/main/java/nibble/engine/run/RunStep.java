package nibble.engine.run;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.engine.verify.KernelCheck;
import nibble.engine.verify.PrecisionCost;
import nibble.ir.eval.Tensor;

/**
 * One step of a run: what the model made of one set of inputs.
 *
 * @param inputs what the model was given
 * @param outputs its results, without state
 * @param launches how many kernels were launched; 0 of the interpreter
 * @param checks the proof of each launch, where it was asked for
 * @param cost what precision cost, where it was asked for
 */
public record RunStep(
    ModelInputs inputs,
    ImmutableList<Tensor> outputs,
    int launches,
    Optional<ImmutableList<KernelCheck>> checks,
    Optional<PrecisionCost> cost) {}
