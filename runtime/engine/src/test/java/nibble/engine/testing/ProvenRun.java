package nibble.engine.testing;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.engine.device.Device;
import nibble.engine.device.emulator.EmulatorProvider;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session;
import nibble.engine.plan.Session.Sharing;
import nibble.engine.run.RunModel;
import nibble.engine.verify.ElementCheck;
import nibble.engine.verify.KernelCheck;
import nibble.engine.verify.KernelVerifier;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.text.Parser;
import nibble.ir.verify.Verifier;

/**
 * A run on the PTX machine, in which each kernel was held against exact evaluation.
 *
 * @param program what ran
 * @param outputs one for each result
 * @param checks one for each launch
 */
public record ProvenRun(Program program, ImmutableList<Tensor> outputs, ImmutableList<KernelCheck> checks) {
  /** What kernels are compiled for, unless a test says otherwise. */
  public static final Target TARGET = Targets.get(RunModel.EMULATED_TARGET);

  /** A module of the text form. */
  public static Module parse(String text) {
    Module module = Parser.parse(text, "test.ir", Registry.core());
    Verifier.require(module);
    return module;
  }

  /** The first function of a module, compiled. */
  public static Program compile(Module module, Backend backend) {
    Function function = module.functions().values().iterator().next();
    return backend.compile(module, function, TARGET);
  }

  /** Runs a program with a buffer of its own for each result. */
  public static ProvenRun of(Program program, List<Tensor> inputs, WeightSource weights) {
    Constants constants = Constants.of(program, weights);
    KernelVerifier verifier = new KernelVerifier(program, inputs, constants.tensors());
    ImmutableList<Tensor> outputs = launch(program, inputs, constants, Sharing.NONE, verifier);
    return new ProvenRun(program, outputs, verifier.checks());
  }

  /** Runs a program, and proves nothing. */
  public static ImmutableList<Tensor> launch(
      Program program, List<Tensor> inputs, Constants constants, Sharing sharing, Session.Observer observer) {
    try (Device device = new EmulatorProvider(program.target()).open(0);
        Session session = Session.open(program, device, constants, sharing)) {
      return session.run(inputs, observer);
    }
  }

  public boolean isProven() {
    return checks.stream().allMatch(KernelCheck::isProven);
  }

  /** The first kernel with an element outside its bound. */
  public Optional<KernelCheck> wrong() {
    return checks.stream()
        .filter(check -> check.results().stream().flatMap(result -> result.fault().stream())
            .anyMatch(fault -> fault.bound() < Double.POSITIVE_INFINITY))
        .findFirst();
  }

  /** How many elements have no bound. */
  public int unbounded() {
    return checks.stream().flatMap(check -> check.results().stream()).mapToInt(ElementCheck::unbounded).sum();
  }
}
