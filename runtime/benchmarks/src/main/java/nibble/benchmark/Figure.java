package nibble.benchmark;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * What a benchmark measured: on a machine that does other work too, the best iteration says most of what is measured.
 *
 * @param label class and method, parameters, and the counter where it is one
 * @param iterations score of each iteration
 * @param unit unit of the scores
 * @param isRate whether more is better
 */
record Figure(String label, List<Double> iterations, String unit, boolean isRate) {
  /** The figures of a run: its counters where it has any, its own score otherwise. */
  static List<Figure> of(RunResult run) {
    String label = label(run.getParams());
    Map<String, List<Result<?>>> counters = new TreeMap<>();
    List<Result<?>> scores = new ArrayList<>();
    for (BenchmarkResult fork : run.getBenchmarkResults()) {
      for (IterationResult iteration : fork.getIterationResults()) {
        scores.add(iteration.getPrimaryResult());
        iteration.getSecondaryResults().forEach(
            (name, result) -> counters.computeIfAbsent(name, any -> new ArrayList<>()).add(result));
      }
    }
    counters.values().removeIf(results -> results.stream().allMatch(result -> result.getScore() == 0));
    boolean isRate = run.getParams().getMode().shortLabel().equals("thrpt");
    if (counters.isEmpty() || !isRate) {
      return List.of(figure(label, scores, isRate));
    }
    return counters.entrySet().stream().map(counter -> figure(label + " " + counter.getKey(), counter.getValue(), true))
        .toList();
  }

  private static Figure figure(String label, Collection<Result<?>> results, boolean isRate) {
    List<Double> iterations = results.stream().map(Result::getScore).sorted().toList();
    return new Figure(label, iterations, results.iterator().next().getScoreUnit(), isRate);
  }

  private static String label(BenchmarkParams params) {
    String name = params.getBenchmark().replaceFirst("^.*\\.(\\w+\\.\\w+)$", "$1");
    String values = params.getParamsKeys().stream().map(params::getParam).collect(Collectors.joining(", "));
    return values.isEmpty() ? name : name + "(" + values + ")";
  }

  double best() {
    return isRate ? iterations.getLast() : iterations.getFirst();
  }

  double median() {
    return iterations.get(iterations.size() / 2);
  }

  boolean reaches(Floor floor) {
    return isRate ? best() >= floor.limit() : best() <= floor.limit();
  }
}
