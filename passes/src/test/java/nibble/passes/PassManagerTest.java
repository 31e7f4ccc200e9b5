package nibble.passes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import nibble.ir.Module;
import nibble.ir.diagnostic.InputException;
import nibble.ir.text.Printer;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.report.Dump;
import nibble.passes.report.Dump.When;
import nibble.passes.testing.IrText;
import nibble.passes.testing.TestPasses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PassManagerTest {
  private static final PassRegistry REGISTRY = TestPasses.REGISTRY;
  private static final Module MODULE = IrText.module("""
      func @main(%x: tensor<[B,4] x f32>) {
        %0 = exp %x : tensor<[B,4] x f32> loc("m.nib":1:1 in a)
        %1 = exp %x : tensor<[B,4] x f32> loc("m.nib":2:1 in b)
        %2 = add %0, %1 : tensor<[B,4] x f32> loc("m.nib":3:1 in c)
        return %2
      }
      """);

  private final PassManager manager = PassManager.of(REGISTRY, PassEnvironment.of(REGISTRY.ir()));

  private PassRun run(String pipeline) {
    return manager.run(MODULE, REGISTRY.parse(pipeline));
  }

  @Test
  void runsPassesInOrderAndReportsEach() {
    PassRun run = run("cse,dce,says-changes{trick=copy, records=true}");
    assertEquals(2, run.output().functions().get("main").body().operations().size());
    assertEquals(List.of("cse", "dce", "says-changes"), run.steps().stream().map(PassRun.StepReport::pass).toList());
    assertEquals(List.of(true, false, false), run.steps().stream().map(PassRun.StepReport::changed).toList());
    assertEquals(List.of("results"), run.decisions().stream().map(Decision::subject).toList());
    assertEquals(List.of("cse", "dce", "says-changes{trick=copy, records=true}"),
        run.steps().stream().map(PassRun.StepReport::text).toList());
    assertTrue(run.timing().contains("unchanged dce") && run.timing().contains("changed   cse"), run.timing());
  }

  @Test
  void anEqualModuleIsTheSameModule() {
    assertSame(MODULE, run("says-exact{trick=copy}").output());
  }

  @Test
  void namesThePassThatBreaksAnInvariant() {
    PassBug bug = assertThrows(PassBug.class, () -> run("cse,says-exact{trick=drop-definition},dce"));
    assertEquals("says-exact{trick=drop-definition}", bug.pass());
    assertTrue(bug.getMessage().contains("broke an invariant"), bug.getMessage());
    assertTrue(
        bug.getMessage().contains("%0, used by add, is not defined before it with type tensor<[B,4] x f32>"),
        bug.getMessage());
  }

  @Test
  void namesThePassThatGivesNoModule() {
    PassBug bug = assertThrows(PassBug.class, () -> run("cse,says-exact{trick=give-nothing}"));
    assertEquals("the pass says-exact{trick=give-nothing} gave no module", bug.getMessage());
    assertTrue(bug.reproducer().contains("opt says-exact{trick=give-nothing}"), bug.reproducer());
  }

  @Test
  void withoutVerificationItGoesOn() {
    PassRun run = manager.verifying(false).run(MODULE, REGISTRY.parse("says-exact{trick=drop-definition}"));
    assertEquals(2, run.output().functions().get("main").body().operations().size());
  }

  @Test
  void aFailureCarriesItsCauseAndAReproducerThatFailsAgain() {
    PassBug bug = assertThrows(PassBug.class, () -> run("cse,says-exact{trick=fail},dce"));
    assertEquals("divided by a cat", bug.getCause().getMessage());
    Reproducer reproducer = Reproducer.parse(bug.reproducer(), "reproducer", REGISTRY.ir());
    assertEquals("says-exact{trick=fail},dce", reproducer.pipeline());
    assertEquals(run("cse").output(), reproducer.module());
    PassBug again = assertThrows(PassBug.class, () ->
        manager.run(reproducer.module(), REGISTRY.parse(reproducer.pipeline())));
    assertEquals(bug.getMessage(), again.getMessage());
  }

  @Test
  void reproducersAreWrittenWhereAskedForAndNothingIsLeftBeside(@TempDir Path directory) throws IOException {
    PassManager writing = manager.writingReproducersTo(directory.resolve("new"));
    PassBug bug = assertThrows(PassBug.class, () -> writing.run(MODULE, REGISTRY.parse("says-exact{trick=fail}")));
    try (Stream<Path> files = Files.list(directory.resolve("new"))) {
      List<Path> written = files.toList();
      assertEquals("reproduce-test-says-exact.ir", written.getFirst().getFileName().toString());
      assertEquals(1, written.size());
      assertEquals(bug.reproducer(), Files.readString(written.getFirst()));
    }
  }

  @Test
  void complaintsOfAPassAreTheUsersAndGetThePlaceOfThePass() {
    InputException complaint = assertThrows(InputException.class, () -> run("cse,says-exact{trick=complain}"));
    assertEquals("says-exact: the module is too blue", complaint.diagnostics().getFirst().message());
    assertEquals("--passes:1:5", complaint.diagnostics().getFirst().location().position().orElseThrow());
  }

  @Test
  void aModuleThatIsNotValidIsNotRunOn() {
    Module broken = run("cse").output();
    Module invalid = manager.verifying(false).run(broken, REGISTRY.parse("says-exact{trick=drop-definition}")).output();
    assertThrows(InputException.class, () -> manager.run(invalid, REGISTRY.parse("dce")));
  }

  @Test
  void dumpsNameThemselvesInOrder() {
    Map<String, String> files = new TreeMap<>();
    Printer printer = new Printer(REGISTRY.ir(), false);
    manager
        .with(new Dump(When.BEFORE, "cse"::equals, printer, files::put))
        .with(new Dump(When.AFTER, pass -> true, printer, files::put))
        .with(new Dump(When.DIFF, pass -> true, printer, files::put))
        .run(MODULE, REGISTRY.parse("dce,cse"));
    assertEquals(List.of("00-dce-after.ir", "01-cse-after.ir", "01-cse-before.ir", "01-cse-change.diff"),
        List.copyOf(files.keySet()));
    assertEquals("""
        ...
            func @main(%x: tensor<[B,4] x f32>) {
              %0 = exp %x : tensor<[B,4] x f32>
        -     %1 = exp %x : tensor<[B,4] x f32>
        -     %2 = add %0, %1 : tensor<[B,4] x f32>
        +     %2 = add %0, %0 : tensor<[B,4] x f32>
              return %2
            }
        ...
        """, files.get("01-cse-change.diff"));
  }

  @Test
  void dumpsOnChangeLeaveOutPassesThatDidNothing() {
    List<String> names = new ArrayList<>();
    manager
        .with(new Dump(
            When.AFTER_CHANGE, pass -> true, new Printer(REGISTRY.ir(), true), (name, text) -> names.add(name)))
        .run(MODULE, REGISTRY.parse("dce,cse,dce"));
    assertEquals(List.of("01-cse-after.ir"), names);
  }

  @Test
  void aBoundThatIsDeclaredMustBeStated() {
    assertThrows(IllegalStateException.class, () -> new TestPasses.SaysNothing().effect());
  }

  @Test
  void costsAndPlacesAreInTheTextOfDecisions() {
    Decision decision = run("says-changes{trick=copy, records=true}").decisions().getFirst();
    assertEquals("applied (no path): results - a test wants it (4 -> 2 bytes, SQNR 3.0 dB)", decision.text());
    assertFalse(decision.text().contains("unknown"));
  }
}
