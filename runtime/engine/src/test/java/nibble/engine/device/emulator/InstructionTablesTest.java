package nibble.engine.device.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.codegen.ptx.InstructionForm;
import nibble.codegen.ptx.InstructionTable;
import nibble.codegen.target.PtxVersion;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.emulator.model.Version;
import nibble.emulator.report.Rejection;
import nibble.emulator.table.FormTable;
import nibble.emulator.table.Match;
import org.junit.jupiter.api.Test;

/**
 * The backend and the machine have a table of instructions each, which share nothing. Whatever the backend may emit for
 * a target, the machine takes for that target, under the same version.
 */
class InstructionTablesTest {
  @Test
  void theMachineTakesWhatTheBackendEmits() {
    List<String> refused = new ArrayList<>();
    int asked = 0;
    for (InstructionForm form : InstructionTable.all()) {
      for (Target target : Targets.all()) {
        Optional<PtxVersion> version = form.requirement().versionOn(target);
        if (version.isPresent()) {
          refusal(form, target, version.get()).ifPresent(refused::add);
          asked++;
        }
      }
    }
    assertEquals("", String.join("\n", refused));
    assertTrue(asked > 5000, asked + " forms and targets");
  }

  private static Optional<String> refusal(InstructionForm form, Target target, PtxVersion version) {
    String place = form.mnemonic() + " for " + target + " with PTX " + version + ": ";
    try {
      Match match = FormTable.standard().find(form.mnemonic(), form.outputs().size() + form.inputs().size());
      nibble.emulator.model.Target same =
          nibble.emulator.model.Target.of("sm_" + target.architecture() + target.suffix()).orElseThrow();
      return match.unmet(same, new Version(version.major(), version.minor())).map(lack -> place + lack);
    } catch (Rejection unknown) {
      return Optional.of(place + unknown.getMessage());
    }
  }
}
