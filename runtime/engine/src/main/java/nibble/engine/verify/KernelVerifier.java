package nibble.engine.verify;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.KernelArithmetic;
import nibble.codegen.Program;
import nibble.engine.device.Launch;
import nibble.engine.plan.Session;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.RunningBounds;
import nibble.ir.eval.Tensor;

/**
 * Proves each launch of a run: the kernel's results against exact evaluation of its ops on the very tensors that the
 * kernel read, each element within its own error bound. Since each kernel is proven on what the kernels before it
 * left, a result that was overwritten too early, or went to the wrong place, shows as a fault of the kernel that reads
 * it: when all are proven, so is the whole.
 */
public final class KernelVerifier implements Session.Observer {
  private final Program program;
  private final Map<Value, Tensor> values = new HashMap<>();
  private final List<KernelCheck> checks = new ArrayList<>();
  private WrongKernel wrong;

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
      Tensor owner = values.get(run.owner(operand));
      operands.add(Approximate.given(owner.as(run.sizes().apply(operand.tensorType()))));
    }
    List<Tensor> results = operation.results().stream().map(run::read).toList();
    for (int i = 0; i < results.size(); i++) {
      values.put(operation.results().get(i), results.get(i));
    }
    run.launch(step).ifPresent(launch -> check(index, launch, sized(operation, run), operands, results));
  }

  private void check(
      int index, Launch launch, Operation kernel, List<Approximate> operands, List<Tensor> results) {
    List<Approximate> expected =
        new RunningBounds(new KernelArithmetic(program.target())).run(kernel.regions().getFirst(), operands);
    ImmutableList.Builder<ElementCheck> elements = ImmutableList.builder();
    for (int i = 0; i < results.size(); i++) {
      elements.add(ElementCheck.of(expected.get(i), results.get(i)));
    }
    KernelCheck check = new KernelCheck(
        index, launch.kernel().name(), ops(kernel), kernel.location(), launch.grid(), launch.block(),
        launch.dynamicSharedBytes(), elements.build());
    checks.add(check);
    if (wrong == null && !check.isProven()) {
      ImmutableList<Tensor> given = operands.stream().map(Approximate::exact).collect(ImmutableList.toImmutableList());
      wrong = new WrongKernel(check, kernel, given, Optional.empty());
    }
  }

  /** The kernel with the sizes of the run. */
  private static Operation sized(Operation operation, Session.Run run) {
    Function kernel = new Function("kernel", operation.regions().getFirst(), operation.location());
    return operation.withRegions(List.of(run.sizes().substitution().apply(kernel).body()));
  }

  private static ImmutableList<String> ops(Operation kernel) {
    return kernel.regions().getFirst().operations().stream()
        .map(operation -> operation.op().name()).collect(ImmutableList.toImmutableList());
  }

  /** The first launch that is not proven. */
  public Optional<WrongKernel> firstWrong() {
    return Optional.ofNullable(wrong);
  }

  /** The proofs so far. */
  public ImmutableList<KernelCheck> checks() {
    return ImmutableList.copyOf(checks);
  }
}
