package nibble.emulator.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import nibble.emulator.Check;
import nibble.emulator.library.Buffer;
import nibble.emulator.library.Module;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class PtxExtensionTest {
  private static final String SUM = "nibble/emulator/junit/sum.ptx";

  private static int sum(Module module, String kernel, int count) {
    Buffer<int[]> x = module.buffer("x", IntStream.range(0, 200).toArray());
    Buffer<int[]> sum = module.buffer("sum", new int[1]);
    module.kernel(kernel).launch(2, 128, x, sum, count);
    return sum.read()[0];
  }

  /** What a project would write. */
  @PtxTest(SUM)
  void sums(Module module) {
    assertEquals(199 * 100, sum(module, "sum", 200));
  }

  /** Tests that fail; run by others only. */
  static class Failing {
    @PtxTest(value = SUM, schedules = 1)
    void races(Module module) {
      sum(module, "racy", 200);
    }

    @PtxTest(value = SUM, schedules = 1)
    void faults(Module module) {
      sum(module, "sum", 256);
    }

    @PtxTest(value = SUM, schedules = 1)
    void isWrong(Module module) {
      assertEquals(1, sum(module, "sum", 200));
    }

    @PtxTest(value = SUM, schedules = 1)
    void racesAndIsWrong(Module module) {
      assertEquals(-1, sum(module, "racy", 200));
    }

    @PtxTest(value = SUM, schedules = 1, checks = Check.INIT)
    void readsWhatNobodyWrote(Module module) {
      Buffer<int[]> x = module.output("x", new int[256]);
      module.kernel("sum").launch(1, 128, x, module.buffer("sum", new int[1]), 1);
    }

    @PtxTest("none.ptx")
    void isNotThere(Module module) {
      sum(module, "sum", 200);
    }
  }

  private record Run(String name, TestExecutionResult result) {
    String message() {
      return result.getThrowable().orElseThrow().getMessage();
    }
  }

  /** Runs one of the failing tests; gives its invocations. */
  private static List<Run> run(String method, Map<String, String> parameters) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(Failing.class))
            .configurationParameters(parameters)
            .build();
    Launcher launcher = LauncherFactory.create();
    List<Run> runs = new ArrayList<>();
    TestExecutionListener listener =
        new TestExecutionListener() {
          @Override
          public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            boolean isOfMethod = test.getUniqueId().contains(method + "(");
            if (isOfMethod && (test.isTest() || result.getThrowable().isPresent())) {
              runs.add(new Run(test.getDisplayName(), result));
            }
          }
        };
    launcher.execute(request, listener);
    return runs;
  }

  @Test
  void findingsFailATestUnderEachSchedule() {
    List<Run> runs = run("races", Map.of());
    assertEquals(List.of("round-robin", "adversarial:1", "random:1"), runs.stream().map(Run::name).toList());
    for (Run run : runs) {
      assertEquals(TestExecutionResult.Status.FAILED, run.result.getStatus());
      assertTrue(run.message().contains("race: shared address"), run.message());
      assertTrue(run.message().contains("again with: -Dnibble.ptx.schedule=" + run.name), run.message());
    }
  }

  @Test
  void aScheduleIsRunAlone() {
    List<Run> runs = run("races", Map.of(PtxExtension.SCHEDULE, "adversarial:7"));
    assertEquals(List.of("adversarial:7"), runs.stream().map(Run::name).toList());
    List<Run> refused = run("races", Map.of(PtxExtension.SCHEDULE, "fast"));
    assertEquals(1, refused.size());
    assertTrue(refused.get(0).message().contains("=fast is no schedule"), refused.get(0).message());
  }

  @Test
  void faultsAndFailuresFailATest() {
    List<Run> faults = run("faults", Map.of());
    assertEquals(3, faults.size());
    assertTrue(faults.get(0).message().contains("out of bounds: 4 bytes at global address"), faults.get(0).message());
    assertTrue(faults.get(0).message().contains("-Dnibble.ptx.schedule=round-robin"), faults.get(0).message());
    Run wrong = run("isWrong", Map.of()).get(1);
    assertTrue(wrong.message().startsWith("expected: <1> but was: <19900>"), wrong.message());
    assertTrue(wrong.message().contains("again with: -Dnibble.ptx.schedule=adversarial:1"), wrong.message());
  }

  /** A wrong result does not hide the race that made it. */
  @Test
  void findingsStandBehindFailures() {
    for (Run run : run("racesAndIsWrong", Map.of())) {
      assertTrue(run.message().startsWith("expected: <-1> but was: "), run.message());
      assertTrue(run.message().contains("race: shared address"), run.message());
      assertTrue(run.message().contains("again with: -Dnibble.ptx.schedule=" + run.name), run.message());
    }
  }

  @Test
  void outputsAreUnwritten() {
    List<Run> runs = run("readsWhatNobodyWrote", Map.of());
    assertEquals(3, runs.size());
    assertTrue(runs.get(0).message().contains("uninitialised: 4 bytes"), runs.get(0).message());
  }

  @Test
  void missingPtxIsTold() {
    List<Run> runs = run("isNotThere", Map.of());
    assertEquals(1, runs.size());
    assertEquals("there is no resource and no file 'none.ptx'", runs.get(0).message());
  }
}
