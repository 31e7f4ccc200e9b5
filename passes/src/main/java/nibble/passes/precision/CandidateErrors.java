package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.rewrite.RewriteDriver;
import nibble.passes.PassContext;
import nibble.passes.precision.ChooseQuantizers.Measure;

/**
 * What candidates cost on the sample inputs, as noise over signal.
 *
 * @param measure what was measured
 * @param noise of each candidate of each product
 * @param basis what else it was found by, for people; empty of most
 */
record CandidateErrors(
    Measure measure, ImmutableMap<Operation, ImmutableMap<Candidate, Double>> noise,
    ImmutableMap<Operation, String> basis) {
  /** Measures all candidates. */
  static CandidateErrors of(
      Measure measure, Function function, Map<Operation, ImmutableList<Candidate>> candidates, PassContext context,
      String pass) {
    return switch (measure) {
      case PRODUCT -> new CandidateErrors(measure, atProducts(function, candidates, context, pass), ImmutableMap.of());
      case OUTPUT -> new CandidateErrors(measure, atOutput(function, candidates, context, pass), ImmutableMap.of());
      case CHANGE -> predicted(function, candidates, context, pass);
    };
  }

  private static ImmutableMap<Operation, ImmutableMap<Candidate, Double>> atProducts(
      Function function, Map<Operation, ImmutableList<Candidate>> candidates, PassContext context, String pass) {
    SampledProducts sampled = SampledProducts.of(function, candidates.keySet(), context, pass);
    return measured(candidates, sampled::noise);
  }

  private static ImmutableMap<Operation, ImmutableMap<Candidate, Double>> atOutput(
      Function function, Map<Operation, ImmutableList<Candidate>> candidates, PassContext context, String pass) {
    List<Tensor> inputs = ObservedValues.inputs(function, context, pass);
    Interpreter interpreter = new Interpreter(Mode.EXACT, ObservedValues.weights(function, context));
    double[] exact = interpreter.run(function, inputs).getFirst().values();
    return measured(candidates, (product, plan) -> {
      RewriteDriver quantizing = new RewriteDriver(new QuantizeOperands(ImmutableMap.of(product.result(), plan)));
      Function changed = quantizing.apply(function, ImmutableMap.of());
      return Noise.ratio(exact, interpreter.run(changed, inputs).getFirst().values());
    });
  }

  @FunctionalInterface
  private interface Measuring {
    double noise(Operation product, ProductPlan plan);
  }

  private static ImmutableMap<Operation, ImmutableMap<Candidate, Double>> measured(
      Map<Operation, ImmutableList<Candidate>> candidates, Measuring measuring) {
    ImmutableMap.Builder<Operation, ImmutableMap<Candidate, Double>> all = ImmutableMap.builder();
    candidates.forEach((product, own) -> {
      ImmutableMap.Builder<Candidate, Double> noise = ImmutableMap.builder();
      own.forEach(candidate -> noise.put(
          candidate, candidate.layouts().isEmpty() ? 0 : measuring.noise(product, candidate.plan())));
      all.put(product, noise.buildOrThrow());
    });
    return all.buildOrThrow();
  }

  private static CandidateErrors predicted(
      Function function, Map<Operation, ImmutableList<Candidate>> candidates, PassContext context, String pass) {
    Map<Operation, Double> changes = changes(function, candidates.keySet(), context, pass);
    ImmutableMap<Operation, ImmutableMap<Candidate, Double>> measured =
        atProducts(function, candidates, context, pass);
    Map<LayoutCandidate, LineFit> lines = lines(measured, changes);
    ImmutableMap.Builder<Operation, ImmutableMap<Candidate, Double>> all = ImmutableMap.builder();
    ImmutableMap.Builder<Operation, String> basis = ImmutableMap.builder();
    measured.forEach((product, own) -> {
      Optional<Double> change = Optional.ofNullable(changes.get(product));
      ImmutableMap.Builder<Candidate, Double> noise = ImmutableMap.builder();
      own.forEach((candidate, value) -> noise.put(candidate, candidate.layouts()
          .flatMap(layouts -> change.map(x -> Math.max(0, lines.get(layouts).at(x)))).map(error -> error * error)
          .orElse(value)));
      all.put(product, noise.buildOrThrow());
      basis.put(product, change
          .map(x -> String.format(Locale.ROOT, "; predicted for a block that changes its input by %.3f: ", x)
              + own.keySet().stream().flatMap(candidate -> candidate.layouts().stream())
                  .map(layouts -> layouts.text() + " " + lines.get(layouts).text())
                  .reduce((a, b) -> a + ", " + b).orElse(""))
          .orElse("; measured, as no block stands around it"));
    });
    return new CandidateErrors(Measure.CHANGE, all.buildOrThrow(), basis.buildOrThrow());
  }

  private static Map<Operation, Double> changes(
      Function function, Set<Operation> products, PassContext context, String pass) {
    BlockChanges blocks = new BlockChanges(function);
    Map<Operation, BlockChanges.Ends> ends = new LinkedHashMap<>();
    products.forEach(product -> blocks.ends(product).ifPresent(found -> ends.put(product, found)));
    Set<Value> values = new LinkedHashSet<>();
    ends.values().forEach(found -> values.addAll(List.of(found.in(), found.out())));
    ObservedValues seen = ObservedValues.of(function, values, context, pass);
    Map<Operation, Double> changes = new LinkedHashMap<>();
    ends.forEach((product, found) -> changes.put(product, BlockChanges.change(
        seen.of(found.in()).orElseThrow(), seen.of(found.out()).orElseThrow())));
    return changes;
  }

  /** One line for each pair of layouts, through the products in blocks. */
  private static Map<LayoutCandidate, LineFit> lines(
      Map<Operation, ImmutableMap<Candidate, Double>> measured, Map<Operation, Double> changes) {
    Map<LayoutCandidate, List<double[]>> points = new HashMap<>();
    measured.forEach((product, own) -> own.forEach((candidate, noise) -> candidate.layouts().ifPresent(layouts -> {
      if (changes.containsKey(product)) {
        points.computeIfAbsent(layouts, key -> new ArrayList<>())
            .add(new double[] {changes.get(product), Math.sqrt(noise)});
      }
    })));
    Map<LayoutCandidate, LineFit> lines = new HashMap<>();
    points.forEach((layouts, own) -> lines.put(layouts, LineFit.of(
        own.stream().mapToDouble(point -> point[0]).toArray(), own.stream().mapToDouble(point -> point[1]).toArray())));
    return lines;
  }

  double noise(Operation product, Candidate candidate) {
    return noise.get(product).get(candidate);
  }

  /** An error for people: {@code 31.4 dB at its result}. */
  String text(double error) {
    String where = switch (measure) {
      case PRODUCT -> "at its result";
      case OUTPUT -> "at the output";
      case CHANGE -> "predicted at its result";
    };
    return String.format(Locale.ROOT, "%.1f dB %s", Noise.decibels(error), where);
  }

  /** What else the error was found by, for people, with a semicolon before it; may be empty. */
  String basis(Operation product) {
    return basis.getOrDefault(product, "");
  }
}
