package nibble.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/** Runs benchmarks; arguments are those of JMH. Behind JMH's own report comes one of best iterations, and of floors. */
public final class RunBenchmarks {
  private RunBenchmarks() {}

  public static void main(String[] arguments) throws CommandLineOptionException, RunnerException {
    CommandLineOptions options = new CommandLineOptions(arguments);
    List<Figure> figures = new Runner(options).run().stream().flatMap(run -> Figure.of(run).stream()).toList();
    System.out.print(report(figures));
  }

  /** A table of figures. */
  static String report(List<Figure> figures) {
    StringBuilder report = new StringBuilder();
    report.append(String.format(
        Locale.ROOT, "%n%-75s %14s %14s  %-6s %s%n", "benchmark", "best", "median", "unit", "floor"));
    for (Figure figure : figures) {
      report.append(String.format(
          Locale.ROOT, "%-75s %14s %14s  %-6s %s%n",
          figure.label(), number(figure.best()), number(figure.median()), figure.unit(), floor(figure)));
    }
    return report.toString();
  }

  private static String floor(Figure figure) {
    Optional<Floor> floor = Floor.of(figure.label());
    return floor.map(f -> number(f.limit()) + (figure.reaches(f) ? " reached" : " MISSED")).orElse("");
  }

  private static String number(double value) {
    return value >= 1e9 ? String.format(Locale.ROOT, "%.2f G", value / 1e9)
        : value >= 1e6 ? String.format(Locale.ROOT, "%.2f M", value / 1e6)
        : String.format(Locale.ROOT, "%.2f", value);
  }
}
