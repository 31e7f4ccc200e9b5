package nibble.engine.run;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import nibble.codegen.Program;
import nibble.codegen.assemble.AssemblerChoice;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.engine.compile.LowerModel;
import nibble.engine.compile.PreparedModel;
import nibble.engine.compile.Toolchain;
import nibble.engine.cost.ModelLaunches;
import nibble.engine.cost.OpCosts;
import nibble.engine.device.ChosenDevice;
import nibble.engine.device.Device;
import nibble.engine.device.DeviceChoice;
import nibble.engine.device.DeviceRequest;
import nibble.engine.device.cuda.CudaDriver;
import nibble.engine.device.emulator.EmulatorProvider;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session;
import nibble.engine.plan.Session.Sharing;
import nibble.engine.plan.SizeBinding;
import nibble.engine.verify.FindWrongOp;
import nibble.engine.verify.KernelVerifier;
import nibble.engine.verify.PrecisionCost;
import nibble.engine.verify.WrongKernel;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;

/**
 * Runs prepared models.
 *
 * @param toolchain compiles them
 * @param weights of the model
 */
public record RunModel(Toolchain toolchain, WeightSource weights) {
  /**
   * What the PTX machine stands for unless the user says otherwise: the oldest target, which all tensor cores can run.
   */
  public static final String EMULATED_TARGET = "sm_80";

  /**
   * Runs a model once, as its first step.
   *
   * @throws InputException where the inputs do not fit, or an operation can't be lowered
   * @throws nibble.engine.device.DeviceException where the device can't be had, or a kernel fails
   */
  public RunReport run(PreparedModel model, ModelInputs inputs, RunOptions options, Phases phases) {
    return run(model, ImmutableList.of(inputs), RunState.FIRST, options, phases);
  }

  /**
   * Runs a model several times, each with the state that the one before left.
   *
   * @param steps inputs, one set for each step
   * @param before what the first of them begins with
   * @throws InputException where inputs or state do not fit, or an operation can't be lowered
   * @throws nibble.engine.device.DeviceException where the device can't be had, or a kernel fails
   */
  public RunReport run(
      PreparedModel model, ImmutableList<ModelInputs> steps, RunState before, RunOptions options, Phases phases) {
    Target emulated = options.target().orElseGet(() -> Targets.get(EMULATED_TARGET));
    DeviceChoice devices = new DeviceChoice(CudaDriver.find(), new EmulatorProvider(emulated));
    try (ChosenDevice chosen = devices.open(options.device())) {
      return switch (chosen) {
        case ChosenDevice.Kernels(Device device, String reason) -> launch(
            model, steps, before, options, phases, device, reason);
        case ChosenDevice.Interpreted(String reason) -> interpret(model, steps, before, options, phases, reason);
      };
    }
  }

  private RunReport interpret(
      PreparedModel model, ImmutableList<ModelInputs> steps, RunState before, RunOptions options, Phases phases,
      String reason) {
    if (options.verify()) {
      throw new InputException(
          "the interpreter launches no kernels, so there are none to be proven",
          "leave out --verify, or take --device emulator");
    }
    Interpreter interpreter = new Interpreter(Mode.FAITHFUL, model.weights(weights));
    ImmutableList.Builder<RunStep> done = ImmutableList.builder();
    RunState state = before;
    for (ModelInputs inputs : steps) {
      ImmutableList<Tensor> given = state.behind(model, inputs);
      ImmutableList<Tensor> results = phases.time("interpret", () ->
          ImmutableList.copyOf(interpreter.run(model.passes().output(), model.prepared(), given)));
      done.add(new RunStep(inputs, model.ofModel(results), 0, Optional.empty(), Optional.empty()));
      state = RunState.of(model, results);
    }
    return new RunReport(
        model, done.build(), state, new DeviceRequest.Interpreter().toString(), reason, Optional.empty(),
        Optional.empty(), Optional.empty(), Optional.empty(), phases.seconds());
  }

  private RunReport launch(
      PreparedModel model, ImmutableList<ModelInputs> steps, RunState before, RunOptions options, Phases phases,
      Device device, String reason) {
    Target target = options.target().orElseGet(() -> Targets.get(device.info().target()));
    Program program = phases.time("compile kernels", () -> new LowerModel(toolchain).lower(model, target));
    Constants constants = phases.time("prepare weights", () -> Constants.of(program, model.weights(weights)));
    Session session = phases.time("load", () -> Session.open(
        program, device, constants, options.verify() ? Sharing.NONE : Sharing.BY_LIVENESS));
    ImmutableList.Builder<RunStep> done = ImmutableList.builder();
    Optional<WrongKernel> wrong = Optional.empty();
    RunState state = before;
    try (session) {
      for (ModelInputs inputs : steps) {
        ImmutableList<Tensor> given = state.behind(model, inputs);
        Optional<KernelVerifier> verifier = options.verify()
            ? Optional.of(new KernelVerifier(program, given, constants.tensors())) : Optional.empty();
        AtomicInteger launches = new AtomicInteger();
        ImmutableList<Tensor> results = phases.time(options.verify() ? "run and prove" : "run", () ->
            session.run(given, observer(program, verifier, launches, phases.progress())));
        ImmutableList<Tensor> outputs = model.ofModel(results);
        wrong = wrong.or(() -> verifier.flatMap(KernelVerifier::firstWrong));
        Optional<PrecisionCost> cost = options.verify()
            ? Optional.of(phases.time("compare", () -> PrecisionCost.of(
                model.written(), model.prepared(), model.weights(weights), given, outputs, model.passes().orders())))
            : Optional.empty();
        done.add(new RunStep(inputs, outputs, launches.get(), verifier.map(KernelVerifier::checks), cost));
        state = RunState.of(model, results);
      }
    }
    ImmutableList<RunStep> all = done.build();
    Optional<WrongKernel> found = wrong.map(kernel ->
        phases.time("find wrong op", () -> new FindWrongOp(toolchain.backend(), target, device).in(kernel)));
    OpCosts modelled = phases.time("model costs", () ->
        modelled(model, program, all.getFirst().inputs(), options, all.getFirst().cost()));
    Optional<Verdict> assembly = options.assemble()
        ? Optional.of(phases.time("assemble", () -> AssemblerChoice.ofThisMachine().assemble(program.module())))
        : Optional.empty();
    return new RunReport(
        model, all, state, device.info().name(), reason, Optional.of(target.name()), found, Optional.of(modelled),
        assembly, phases.seconds());
  }

  /** Costs of all ops, beside those of the model as it is written where it has kernels. */
  private OpCosts modelled(
      PreparedModel model, Program program, ModelInputs inputs, RunOptions options, Optional<PrecisionCost> accuracy) {
    ModelLaunches launches = new ModelLaunches(toolchain.backend());
    return OpCosts.of(
        launches.ofFirstRun(program, sizes(model, program, inputs)),
        options.written().flatMap(written -> {
          try {
            Program plain = new LowerModel(toolchain).lower(written, program.target());
            return Optional.of(launches.of(plain, sizes(written, plain, inputs)));
          } catch (InputException e) {
            return Optional.empty();
          }
        }),
        accuracy, program.decisions());
  }

  private static ImmutableMap<String, Long> sizes(PreparedModel model, Program program, ModelInputs inputs) {
    return SizeBinding.of(model.prepared(), model.firstRun(inputs.tensors()), program.symbols()).values();
  }

  private static Session.Observer observer(
      Program program, Optional<KernelVerifier> verifier, AtomicInteger launched, Progress progress) {
    int launches = program.launches().size();
    return (index, run) -> {
      launched.incrementAndGet();
      progress.step(index + 1, launches, program.kernels().get(program.launches().get(index).kernel()).name());
      verifier.ifPresent(proving -> proving.launched(index, run));
    };
  }
}
