package sample.minilm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import nibble.codegen.KernelArithmetic;
import nibble.codegen.Program;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session;
import nibble.engine.text.TokenBatch;
import nibble.engine.verify.ElementCheck;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.RunningBounds;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A proof within bounds is worth what the bounds are worth. Those of the model's kernels are of the size of the errors
 * that kernels have, and small against the values: a kernel that is a few per cent off anywhere would not pass.
 */
class TightBoundsTest {
  /** The largest error of a launch takes up at least this share of its bound, on real data. */
  private static final double LEAST_SHARE = 1 / 300.0;
  /** No bound is a larger part of the largest element: two steps of INT8 codes are 1/63 of it. */
  private static final double MOST_OF_LARGEST = 1 / 60.0;

  /** How the bounds of all launches of one kernel are. */
  private static final class Bounds {
    private double share;
    private double ofLargest;
    private boolean hasError;
  }

  @ParameterizedTest
  @ValueSource(strings = {"f16", "w8a8"})
  void boundsAreOfTheSizeOfErrors(String recipe) {
    List<TokenBatch> batches = Sentences.batches(Sentences.all().subList(0, 8), 8);
    Map<String, Bounds> kernels = new TreeMap<>();
    try (Encoder encoder = Encoder.of(recipe)) {
      for (TokenBatch batch : batches) {
        encoder.encode(batch, new Watch(encoder.program(), encoder.inputs(batch), encoder.constants(), kernels));
      }
    }
    kernels.forEach((name, bounds) -> System.out.printf(
        Locale.ROOT, "%s: %-42s errors up to %5.1f%% of their bounds, bounds up to %.2g of the largest element%n",
        recipe, name, 100 * bounds.share, bounds.ofLargest));
    kernels.forEach((name, bounds) -> {
      assertTrue(!bounds.hasError || bounds.share >= LEAST_SHARE, name + ": a share of " + bounds.share);
      assertTrue(bounds.ofLargest <= MOST_OF_LARGEST, name + ": a bound of " + bounds.ofLargest);
    });
  }

  /** Computes the bounds of each launch, as verification does. */
  private static final class Watch implements Session.Observer {
    private final Program program;
    private final Map<Value, Tensor> values = new HashMap<>();
    private final Map<String, Bounds> kernels;

    Watch(Program program, List<Tensor> inputs, Constants constants, Map<String, Bounds> kernels) {
      this.program = program;
      this.kernels = kernels;
      List<Value> parameters = program.main().parameters();
      for (int i = 0; i < parameters.size(); i++) {
        values.put(
            parameters.get(i), i < inputs.size() ? inputs.get(i) : constants.tensors().get(i - inputs.size()));
      }
    }

    @Override
    public void launched(int index, Session.Run run) {
      Operation kernel = program.launches().get(index).operation();
      List<Approximate> operands = kernel.operands().stream()
          .map(operand -> values.get(run.memory().owner(operand)).as(run.sizes().apply(operand.tensorType())))
          .map(Approximate::given).toList();
      Function body = new Function("kernel", kernel.regions().getFirst(), kernel.location());
      List<Approximate> expected = new RunningBounds(new KernelArithmetic(program.target())).run(
          run.sizes().substitution().apply(body).body(), operands);
      String name = program.kernels().get(program.launches().get(index).kernel()).name();
      Bounds bounds = kernels.computeIfAbsent(name, key -> new Bounds());
      for (int i = 0; i < expected.size(); i++) {
        Tensor actual = run.read(kernel.results().get(i));
        values.put(kernel.results().get(i), actual);
        note(expected.get(i), actual, bounds);
      }
    }

    private static void note(Approximate expected, Tensor actual, Bounds bounds) {
      ElementCheck check = ElementCheck.of(expected, actual);
      bounds.share = Math.max(bounds.share, check.tightness());
      bounds.hasError |= check.maxError() > 0;
      if (!actual.type().format().equals(Formats.BOOL)) {
        double largest = Arrays.stream(expected.exact().values()).map(Math::abs).max().orElseThrow();
        double bound = Arrays.stream(expected.error()).max().orElseThrow();
        bounds.ofLargest = Math.max(bounds.ofLargest, bound == 0 ? 0 : bound / largest);
      }
    }
  }
}
