package nibble.codegen.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.Multimap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import nibble.codegen.assemble.AssemblerChoice;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.target.PtxVersion;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** NVIDIA's assemblers take every form of the table, on every target and with the version that the table says. */
class TableAssemblyTest {
  private static final AssemblerChoice ASSEMBLERS = AssemblerChoice.ofThisMachine();

  /** All forms of a version and a target in one kernel. */
  @TestFactory
  Stream<DynamicTest> everyFormAssembles() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Target target : Targets.all()) {
      byVersion(target).forEach((version, forms) -> tests.add(
          DynamicTest.dynamicTest(
              forms.size() + " forms for " + target + " with PTX " + version, () -> assemble(target, version, forms))));
    }
    return tests.stream();
  }

  private static Map<PtxVersion, List<InstructionForm>> byVersion(Target target) {
    Map<PtxVersion, List<InstructionForm>> forms = new LinkedHashMap<>();
    for (InstructionForm form : InstructionTable.all()) {
      form.requirement().versionOn(target)
          .ifPresent(version -> forms.computeIfAbsent(version, v -> new ArrayList<>()).add(form));
    }
    return forms;
  }

  private static void assemble(Target target, PtxVersion version, List<InstructionForm> forms) {
    PtxModule module = PtxModule.of(target, List.of(kernel(forms)));
    assertEquals(version, module.version());
    switch (ASSEMBLERS.assemble(module)) {
      case Verdict.Assembled assembled -> assertTrue(assembled.cubin().size() > 0);
      case Verdict.Rejected rejected -> throw new AssertionError(rejected.describe());
      case Verdict.Skipped(String reason) -> assumeTrue(false, "skipped: " + reason);
    }
  }

  private static Kernel kernel(List<InstructionForm> forms) {
    FormSampler sampler = new FormSampler();
    ImmutableList.Builder<Statement> body = ImmutableList.builder();
    forms.forEach(form -> body.addAll(sampler.samples(form)));
    body.add(new Statement.Mark(FormSampler.END)).add(Instruction.of("ret"));
    return new Kernel(
        "forms", ImmutableList.of(FormSampler.PARAMETER), ImmutableList.of(FormSampler.VARIABLE), 0, 0, body.build());
  }

  /** Where the table asks for more than the target itself, less is indeed refused. */
  @Test
  void requirementsAreNotTooHigh() {
    Target newest = Targets.all().getLast();
    assumeTrue(
        ASSEMBLERS.assemble(PtxModule.of(newest, List.of())) instanceof Verdict.Assembled,
        "skipped: no assembler here knows " + newest);
    Set<String> needless = new TreeSet<>();
    for (Target target : Targets.all()) {
      Multimap<PtxVersion, InstructionForm> restricted = restricted(target);
      for (PtxVersion version : restricted.keySet()) {
        // Together first; those that got no error of their own, perhaps for others' sake, once more alone.
        for (InstructionForm form : accepted(target, version, List.copyOf(restricted.get(version)))) {
          accepted(target, version, List.of(form))
              .forEach(f -> needless.add(f + " for " + target + " with PTX " + version));
        }
      }
    }
    assertEquals(Set.of(), needless);
  }

  /** The forms that the target lacks, by the newest version of all; those that need a version, by the one before. */
  private static Multimap<PtxVersion, InstructionForm> restricted(Target target) {
    Multimap<PtxVersion, InstructionForm> restricted = LinkedHashMultimap.create();
    for (InstructionForm form : InstructionTable.all()) {
      PtxVersion needed = form.requirement().versionOn(target).orElse(null);
      if (needed == null) {
        restricted.put(new PtxVersion(9, 0), form);
      } else if (needed.compareTo(target.minimumPtx()) > 0) {
        restricted.put(new PtxVersion(needed.major(), needed.minor() - 1), form);
      }
    }
    return restricted;
  }

  /** Those of the forms of which the assembler says nothing bad, under a version that a module would refuse. */
  private static List<InstructionForm> accepted(Target target, PtxVersion version, List<InstructionForm> forms) {
    String ptx = PtxPrinter.print(target, version, List.of(kernel(forms)));
    if (!(ASSEMBLERS.assemble(ptx, target, version) instanceof Verdict.Rejected rejected)) {
      return forms;
    }
    List<String> lines = ptx.lines().toList();
    Set<String> refused = rejected.errors().stream().filter(error -> error.line() > 0)
        .map(error -> lines.get(error.line() - 1).strip().split("[ ;]")[0]).collect(Collectors.toSet());
    return forms.stream().filter(form -> !refused.contains(form.mnemonic())).toList();
  }
}
