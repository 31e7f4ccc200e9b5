package nibble.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

class RunBenchmarksTest {
  /** Everything that is quick, once, in this process: that it runs, not how fast. */
  @Test
  void benchmarksRun() throws RunnerException {
    Collection<RunResult> runs = new Runner(new OptionsBuilder()
        .include("CompileWarm").include("Machine").include("Emulated")
        .forks(0).warmupIterations(0).measurementIterations(1).measurementTime(TimeValue.milliseconds(1))
        .verbosity(VerboseMode.SILENT).shouldFailOnError(true).build()).run();
    List<Figure> figures = runs.stream().flatMap(run -> Figure.of(run).stream()).toList();
    assertTrue(figures.stream().allMatch(figure -> figure.best() > 0), () -> RunBenchmarks.report(figures));
    Set<String> labels = figures.stream().map(Figure::label).collect(Collectors.toSet());
    Floor.ALL.forEach(floor -> assertTrue(
        labels.contains(floor.benchmark()), () -> floor.benchmark() + " is not among " + labels));
  }

  @Test
  void theBestOfTimesIsTheLeastAndOfRatesTheLargest() {
    Figure time = new Figure("CompileWarm.whole", List.of(400.0, 450.0, 900.0), "ms/op", false);
    Figure rate = new Figure(
        "MachineTensorCores.launch(F16_SM_80) tensorOperations", List.of(1e6, 2e6, 6e6), "ops/s", true);
    assertEquals(400, time.best());
    assertEquals(450, time.median());
    assertEquals(6e6, rate.best());
    assertTrue(time.reaches(new Floor("", 400)));
    assertFalse(time.reaches(new Floor("", 399)));
    assertTrue(rate.reaches(new Floor("", 6e6)));
    assertFalse(rate.reaches(new Floor("", 6.1e6)));
    List<String> lines = RunBenchmarks.report(List.of(time, rate)).strip().lines().toList();
    assertTrue(lines.get(1).endsWith("500.00 reached"), lines.get(1));
    assertTrue(lines.get(2).contains("6.00 M") && lines.get(2).endsWith("5.00 M reached"), lines.get(2));
  }
}
