package nibble.emulator.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** NVIDIA's assembler takes what the table says is legal, for the target and the version that it says. */
class TableAssemblyTest {
  private static Stream<FormSampler.Sample> samples() {
    return FormTable.standard().forms().stream()
        .filter(it -> FormSampler.isStraight(it) && it.requirement().end().isEmpty())
        .flatMap(it -> FormSampler.samples(it).stream());
  }

  @TestFactory
  Stream<DynamicTest> everyRowAssembles() {
    Map<SamplePlace, List<FormSampler.Sample>> groups = new LinkedHashMap<>();
    samples().forEach(it -> groups.computeIfAbsent(SamplePlace.of(it), key -> new ArrayList<>()).add(it));
    return groups.entrySet().stream()
        .map(
            group ->
                DynamicTest.dynamicTest(
                    group.getValue().size() + " instructions for " + group.getKey(),
                    () -> assemble(group.getKey(), group.getValue())));
  }

  private static void assemble(SamplePlace place, List<FormSampler.Sample> samples)
      throws IOException, InterruptedException {
    Optional<Ptxas> ptxas = Ptxas.find();
    assumeTrue(ptxas.isPresent(), Ptxas.MISSING);
    String ptx = SampleKernel.write(place, samples, false);
    List<String> lines = ptx.lines().toList();
    List<String> refused = new ArrayList<>();
    ptxas.get().errors(place.target(), ptx)
        .forEach((line, message) -> refused.add(lines.get(line - 1) + "   " + message));
    assertEquals("", String.join("\n", refused));
  }

  /** Where a row asks for more than the oldest target or version, one step less is indeed refused. */
  @TestFactory
  Stream<DynamicTest> requirementsAreNotTooHigh() {
    Map<SamplePlace, List<FormSampler.Sample>> groups = new LinkedHashMap<>();
    samples()
        .forEach(
            sample ->
                SamplePlace.of(sample).lesser()
                    .forEach(it -> groups.computeIfAbsent(it, key -> new ArrayList<>()).add(sample)));
    return groups.entrySet().stream()
        .map(
            group ->
                DynamicTest.dynamicTest(
                    group.getValue().size() + " instructions not for " + group.getKey(),
                    () -> refuse(group.getKey(), group.getValue())));
  }

  private static void refuse(SamplePlace place, List<FormSampler.Sample> samples)
      throws IOException, InterruptedException {
    Optional<Ptxas> ptxas = Ptxas.find();
    assumeTrue(ptxas.isPresent(), Ptxas.MISSING);
    String ptx = SampleKernel.write(place, samples, false);
    List<String> lines = ptx.lines().toList();
    Map<Integer, String> errors = ptxas.get().errors(place.target(), ptx);
    List<String> taken = new ArrayList<>();
    for (FormSampler.Sample sample : samples) {
      // Against PTX ISA the assembler takes shared::cta here in any version.
      boolean isKnown = sample.opcode().matches("cp\\.async\\.c[ag]\\.shared::cta\\..*");
      if (!isKnown && !errors.containsKey(1 + lines.indexOf(sample.toString()))) {
        taken.add(sample.toString());
      }
    }
    assertEquals("", String.join("\n", taken));
  }
}
