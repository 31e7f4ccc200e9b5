package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.kernel.KernelCase;
import nibble.codegen.kernel.RandomTensors;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.emulator.Check;
import nibble.emulator.Machine;
import nibble.emulator.schedule.Schedule;
import nibble.engine.device.Device;
import nibble.engine.device.emulator.EmulatedDevice;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session;
import nibble.engine.verify.KernelCheck;
import nibble.engine.verify.KernelVerifier;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.shape.Dim;
import nibble.ir.text.Parser;
import nibble.ir.verify.Verifier;

/**
 * Compiles the only function of a module, runs its kernels on the PTX machine, every buffer an allocation of its own,
 * and holds each element of each result to its running error bound. All checks of the machine are on; what they find
 * ends the run.
 */
final class KernelProof {
  private final Module module;
  private final Map<String, Long> sizes;
  private final RandomTensors random;

  private KernelProof(String text, Map<String, Long> sizes, long seed) {
    this.module = Parser.parse(text, "test", Registry.core());
    this.sizes = sizes;
    this.random = new RandomTensors(new Random(seed));
  }

  /** Proves a module for the oldest target; returns the names of its kernels in the order of launches. */
  static List<String> prove(KernelCase kernels) {
    return prove(kernels, "sm_80");
  }

  /** Proves a module for a target; returns the names of its kernels in the order of launches. */
  static List<String> prove(KernelCase kernels, String target) {
    return prove(kernels, target, Schedule.roundRobin());
  }

  /** The same with warps in another order. */
  static List<String> prove(KernelCase kernels, String target, Schedule schedule) {
    KernelProof proof = new KernelProof(kernels.text(), kernels.sizes(), 1);
    return proof.prove(proof.function().parameters().stream().map(Value::tensorType)
        .map(proof::concrete).map(proof.random::of).toList(), Targets.get(target), schedule);
  }

  /** The same with these inputs. */
  static List<String> prove(KernelCase kernels, Tensor... inputs) {
    return prove(kernels, "sm_80", List.of(inputs));
  }

  /** The same for a target. */
  static List<String> prove(KernelCase kernels, String target, List<Tensor> inputs) {
    return new KernelProof(kernels.text(), kernels.sizes(), 1)
        .prove(inputs, Targets.get(target), Schedule.roundRobin());
  }

  private Function function() {
    return module.functions().values().iterator().next();
  }

  private List<String> prove(List<Tensor> inputs, Target target, Schedule schedule) {
    Verifier.require(module);
    Program program = new Backend().compile(module, function(), target);
    WeightSource weights = (key, type) -> random.of(type);
    Constants constants = Constants.of(program, weights);
    KernelVerifier verifier = new KernelVerifier(program, inputs, constants.tensors());
    Machine machine = Machine.builder().checks(EnumSet.allOf(Check.class)).schedule(schedule).build();
    try (Device device = new EmulatedDevice(machine, target);
        Session session = Session.open(program, device, constants, Session.Sharing.NONE)) {
      session.run(inputs, verifier);
    }
    List<String> faults = new ArrayList<>();
    for (KernelCheck check : verifier.checks()) {
      check.results().forEach(result -> result.fault().ifPresent(fault -> faults.add(check.kernel() + ": " + fault)));
    }
    assertTrue(faults.isEmpty(), () -> String.join("\n", faults));
    return verifier.checks().stream().map(KernelCheck::kernel).toList();
  }

  private TensorType concrete(TensorType type) {
    return type.substitute(name -> Dim.of(sizes.get(name)));
  }
}
