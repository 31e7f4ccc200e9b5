package nibble.emulator;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.emulator.code.BasicBlock;
import nibble.emulator.execute.Launch;
import nibble.emulator.execute.Launcher;
import nibble.emulator.execute.Profile;
import nibble.emulator.profile.TrafficCounter;
import nibble.emulator.table.Fidelity;
import nibble.emulator.table.Form;

/** Makes a launch's result of how often each basic block ran. */
final class ResultBuilder {
  private ResultBuilder() {}

  static LaunchResult build(
      Launch launch, Launcher launcher, List<Finding> findings, Optional<TrafficCounter> traffic, double seconds) {
    Profile profile = launcher.profile();
    List<BasicBlock> blocks = launch.code().blocks();
    // By identity: a form's hash is one of all its slots, and there are as many look-ups as instructions.
    Map<Form, Long> executed = new IdentityHashMap<>();
    long warpInstructions = 0;
    long threadInstructions = 0;
    for (int i = 0; i < blocks.size(); i++) {
      long executions = profile.executions(i);
      if (executions == 0) {
        continue;
      }
      List<BasicBlock.Counted> instructions = blocks.get(i).instructions();
      warpInstructions += executions * instructions.size();
      threadInstructions += profile.lanes(i) * instructions.size();
      instructions.forEach(instruction -> executed.merge(instruction.form(), executions, Long::sum));
    }
    Map<Form, Long> forms = new HashMap<>();
    Map<Fidelity, Long> fidelity = new EnumMap<>(Fidelity.class);
    long tensorOperations = 0;
    for (Map.Entry<Form, Long> entry : executed.entrySet()) {
      Form form = entry.getKey();
      long executions = entry.getValue();
      forms.merge(form, executions, Long::sum);
      fidelity.merge(form.fidelity(), executions, Long::sum);
      tensorOperations += form.isTensorOperation() ? executions : 0;
    }
    return new LaunchResult(
        launch.blocks(),
        warpInstructions,
        threadInstructions,
        profile.divergences(),
        profile.barriers,
        profile.globalBytesRead,
        profile.globalBytesWritten,
        tensorOperations,
        fidelity,
        forms,
        launcher.output(),
        findings,
        traffic.map(it -> CountersBuilder.build(launch.code(), profile, it)),
        seconds);
  }
}
