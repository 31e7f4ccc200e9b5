package nibble.passes.validate;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Doubles;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import nibble.ir.Function;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Comparison;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.passes.NumericEffect;
import nibble.passes.validate.ValidationReport.Failure;
import nibble.passes.validate.ValidationReport.FunctionReport;

/**
 * One function before and after a pass, at constant sizes, on the same inputs.
 *
 * @param before the function before the pass
 * @param after the function after the pass
 * @param inputs fit both
 * @param weights of both
 */
record FunctionPair(Function before, Function after, ImmutableList<Tensor> inputs, WeightSource weights) {
  private static final ErrorModel NOISE = new F64Noise();
  private static final ErrorModel ROUNDING = new FaithfulRounding();

  FunctionReport report(NumericEffect effect) {
    List<Tensor> exactBefore = run(before, Mode.EXACT);
    List<Tensor> exactAfter = run(after, Mode.EXACT);
    Comparison distance = distance(join(exactBefore), join(exactAfter));
    return switch (effect) {
      case NumericEffect.Exact exact -> bounded(exactBefore, exactAfter, distance, NOISE, ROUNDING);
      case NumericEffect.Bounded declared -> bounded(exactBefore, exactAfter, distance,
          new SummedErrors(NOISE, declared.model()), new SummedErrors(ROUNDING, declared.model()));
      case NumericEffect.ChangesOnPurpose change ->
          new FunctionReport(before.name(), distance, join(exactBefore).length, 0, Optional.empty());
    };
  }

  /**
   * The two promises of a pass that keeps the program's meaning. In exact interpretation the results are as near as the
   * noise of both programs, and what the pass declares, allows. In faithful interpretation the results are as near to
   * the program's meaning as those before the pass had to be: so the pass rounded nothing that was not rounded before.
   */
  private FunctionReport bounded(
      List<Tensor> exactBefore, List<Tensor> exactAfter, Comparison distance, ErrorModel meaning, ErrorModel rounding) {
    List<Tensor> faithfulBefore = run(before, Mode.FAITHFUL);
    List<Tensor> faithfulAfter = run(after, Mode.FAITHFUL);
    long elements = join(exactBefore).length;
    if (same(exactBefore, exactAfter) && same(faithfulBefore, faithfulAfter)) {
      return new FunctionReport(before.name(), distance, elements, 0, Optional.empty());
    }
    List<double[]> noise = sum(bounds(before, meaning, Mode.EXACT), bounds(after, NOISE, Mode.EXACT));
    Optional<Failure> failure = first("exact interpretation", exactBefore, exactAfter, noise,
        () -> new OperationSearch(this, meaning, NOISE).exact());
    List<double[]> roundings = bounds(before, rounding, Mode.FAITHFUL);
    if (failure.isEmpty()) {
      // The oracle first: a wrong bound must not be reported as a wrong pass.
      failure = first("faithful interpretation BEFORE the pass leaves its own bound: "
          + "an op states its error wrongly, the pass is not to blame",
          exactBefore, faithfulBefore, roundings, Optional::empty);
    }
    if (failure.isEmpty()) {
      // Not the values before the pass: they had their own roundings. The meaning is what both stand for.
      failure = first("faithful interpretation against the program's meaning", exactBefore, faithfulAfter, roundings,
          () -> new OperationSearch(this, rounding, NOISE).faithful());
    }
    long unbounded = unbounded(noise, roundings);
    return new FunctionReport(before.name(), distance, elements, unbounded, failure);
  }

  private static long unbounded(List<double[]> noise, List<double[]> roundings) {
    return IntStream.range(0, noise.size())
        .mapToLong(i -> IntStream.range(0, noise.get(i).length)
            .filter(at -> !Double.isFinite(noise.get(i)[at]) || !Double.isFinite(roundings.get(i)[at])).count())
        .sum();
  }

  private static Optional<Failure> first(
      String check, List<Tensor> before, List<Tensor> after, List<double[]> bounds,
      Supplier<Optional<String>> operation) {
    for (int i = 0; i < before.size(); i++) {
      Tensor old = before.get(i);
      Optional<Difference> found = Difference.first(old.type(), old.values(), after.get(i).values(), bounds.get(i));
      if (found.isPresent()) {
        return Optional.of(new Failure(check, "result " + i + " " + found.get().text(), operation.get()));
      }
    }
    return Optional.empty();
  }

  List<Tensor> run(Function function, Mode mode) {
    return new Interpreter(mode, weights).run(function, inputs);
  }

  private List<double[]> bounds(Function function, ErrorModel model, Mode mode) {
    return new BoundedInterpreter(model, mode, weights, (operation, results) -> { })
        .run(function, inputs).stream().map(Approximate::error).toList();
  }

  private static List<double[]> sum(List<double[]> a, List<double[]> b) {
    return IntStream.range(0, a.size())
        .mapToObj(i -> IntStream.range(0, a.get(i).length).mapToDouble(at -> a.get(i)[at] + b.get(i)[at]).toArray())
        .toList();
  }

  private static boolean same(List<Tensor> a, List<Tensor> b) {
    return IntStream.range(0, a.size()).allMatch(i -> a.get(i).sameAs(b.get(i)));
  }

  /** How far finite results moved, over all of them. */
  private static Comparison distance(double[] before, double[] after) {
    int[] finite = IntStream.range(0, before.length).filter(i -> Double.isFinite(before[i] - after[i])).toArray();
    return Comparison.of(at(finite, before), at(finite, after));
  }

  private static double[] at(int[] places, double[] numbers) {
    return IntStream.of(places).mapToDouble(i -> numbers[i]).toArray();
  }

  private static double[] join(List<Tensor> tensors) {
    return Doubles.concat(tensors.stream().map(Tensor::values).toArray(double[][]::new));
  }
}
