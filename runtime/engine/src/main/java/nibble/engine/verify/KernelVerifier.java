package nibble.engine.verify;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.KernelArithmetic;
import nibble.codegen.Program;
import nibble.engine.device.Launch;
import nibble.engine.plan.Session;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.RunningBounds;
import nibble.ir.eval.Tensor;

/**
 * Proves each launch of a run: the kernel's results against exact evaluation of its ops on the very tensors that the kernel
 * read, each element within its own error bound. Since each kernel is proven on what the kernels before it left, a result
 * that was overwritten too early, or went to the wrong place, shows as a fault of the kernel that reads it: when all are
 * proven, so is the whole.
 */
public final class KernelVerifier implements Session.Observer {
  private final Program program;
  private final Map<Value, Tensor> values = new HashMap<>();
  private final List<KernelCheck> checks = new ArrayList<>();

  /**
   * A verifier of one run.
   *
   * @param inputs the inputs of the run
   * @param constants the constants of the session
   */
  public KernelVerifier(Program program, List<Tensor> inputs, List<Tensor> constants) {
    this.program = program;
    List<Value> parameters = program.main().parameters();
    for (int i = 0; i < parameters.size(); i++) {
      values.put(parameters.get(i), i < inputs.size() ? inputs.get(i) : constants.get(i - inputs.size()));
    }
  }

  @Override
  public void launched(int index, Session.Run run) {
    Program.Launch step = program.launches().get(index);
    Operation operation = step.operation();
    List<Approximate> operands = new ArrayList<>();
    for (Value operand : operation.operands()) {
      Tensor owner = values.get(run.memory().owner(operand));
      operands.add(Approximate.given(owner.as(run.sizes().apply(operand.tensorType()))));
    }
    Block body = body(operation, run);
    List<Approximate> expected = new RunningBounds(new KernelArithmetic(program.target())).run(body, operands);
    ImmutableList.Builder<ElementCheck> results = ImmutableList.builder();
    for (int i = 0; i < operation.results().size(); i++) {
      Tensor actual = run.read(operation.results().get(i));
      values.put(operation.results().get(i), actual);
      results.add(ElementCheck.of(expected.get(i), actual));
    }
    Launch launch = run.launch(step);
    checks.add(new KernelCheck(
        index, launch.kernel().name(), ops(operation), operation.location(), launch.grid(), launch.block(),
        launch.dynamicSharedBytes(), results.build()));
  }

  private static Block body(Operation operation, Session.Run run) {
    Function kernel = new Function("kernel", operation.regions().getFirst(), operation.location());
    return run.sizes().substitution().apply(kernel).body();
  }

  private static ImmutableList<String> ops(Operation kernel) {
    return kernel.regions().getFirst().operations().stream()
        .map(operation -> operation.op().name()).collect(ImmutableList.toImmutableList());
  }

  /** The proofs so far. */
  public ImmutableList<KernelCheck> checks() {
    return ImmutableList.copyOf(checks);
  }
}
