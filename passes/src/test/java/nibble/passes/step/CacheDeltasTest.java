package nibble.passes.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import nibble.ir.verify.Verifier;
import nibble.passes.Decision;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.PassRun;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import nibble.passes.validate.Validator;
import org.junit.jupiter.api.Test;

class CacheDeltasTest {
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final TensorType TYPE = TensorType.of(Shape.of(2, 4), Formats.F32);

  /** A block that adds its second input to the first, and the output twice behind it. */
  private static final String BLOCK = """
      func @main(%x: tensor<[2,4] x f32>, %d: tensor<[2,4] x f32>) {
        %0 = add %x, %d : tensor<[2,4] x f32> loc("m.nib":2:3 in layer[0].inner)
        %1 = maximum %0, %0 : tensor<[2,4] x f32> loc("m.nib":3:3 in layer[0])
        %2 = add %1, %1 : tensor<[2,4] x f32> loc("m.nib":4:3)
        return %2
      }
      """;

  private static Module apply(String text, String pass, PassContext context) {
    Module after = REGISTRY.parse(pass).passes().getFirst().run(IrText.module(text), context);
    assertTrue(Verifier.check(after).isEmpty());
    return after;
  }

  private static PassContext context() {
    return new PassContext(PassEnvironment.of(REGISTRY.ir()), "cache-deltas");
  }

  private static Tensor tensor(double... values) {
    return Tensor.generate(TYPE, i -> values[i % values.length]);
  }

  /** The caller's part: what a step gives behind its output is what the next one takes. */
  private static final class Steps {
    private final Module module;
    private List<Tensor> state;

    Steps(Module module) {
      this.module = module;
      List<Value> parameters = module.functions().get("main").parameters();
      this.state = parameters.subList(2, parameters.size()).stream()
          .map(value -> Tensor.generate(value.tensorType(), i -> 0)).toList();
    }

    /** The output of a step. */
    double[] run(Tensor x, Tensor d) {
      List<Tensor> inputs = new ArrayList<>(List.of(x, d));
      inputs.addAll(state);
      List<Tensor> results =
          new Interpreter(Mode.FAITHFUL, WeightSource.NONE).run(module.functions().get("main"), inputs);
      state = results.subList(1, results.size());
      return results.getFirst().elements();
    }
  }

  private static double[] output(Tensor x, Tensor d) {
    double[] y = new double[x.size()];
    Arrays.setAll(y, i -> 2 * (x.elements()[i] + d.elements()[i]));
    return y;
  }

  /** Which steps reuse the delta, by the published rule, of changes of the delta that are the same at each step. */
  private static List<Boolean> reuses(double limit, int most, double growth, int steps) {
    Steps run = new Steps(apply(BLOCK, "cache-deltas{at=layer[0], limit=" + limit + ", most=" + most + "}", context()));
    List<Boolean> reuses = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      Tensor x = tensor(step, 1, -3);
      Tensor d = tensor(Math.pow(growth, step), 2 * Math.pow(growth, step));
      boolean reuse = run.state.getLast().elements()[0] != 0;
      reuses.add(reuse);
      // Deltas of different steps are far apart, beside roundings.
      assertArrayEquals(output(x, reuse ? run.state.getFirst() : d), run.run(x, d), 1e-5);
    }
    return reuses;
  }

  /** The rule, step after step: as the paper has it, a step decides for itself, by what was computed before. */
  private static List<Boolean> published(double limit, int most, double growth, int steps) {
    List<Boolean> reuses = new ArrayList<>();
    double last = 0;
    double change = Double.POSITIVE_INFINITY;
    double sum = 0;
    int skips = 0;
    for (int step = 0; step < steps; step++) {
      sum += change;
      boolean reuse = sum < limit && skips < most;
      if (reuse) {
        skips++;
      } else {
        double delta = Math.pow(growth, step);
        change = last == 0 ? Double.POSITIVE_INFINITY : Math.abs(delta - last) / last;
        last = delta;
        sum = 0;
        skips = 0;
      }
      reuses.add(reuse);
    }
    return reuses;
  }

  @Test
  void stepsAreSkippedByThePublishedRule() {
    for (double limit : new double[] {0, 0.08, 0.24, 0.41, 10}) {
      for (int most = 1; most <= 3; most++) {
        for (double growth : new double[] {0.9, 1.05, 1.11}) {
          assertEquals(
              published(limit, most, growth, 14), reuses(limit, most, growth, 14),
              "limit " + limit + ", most " + most + ", growth " + growth);
        }
      }
    }
  }

  @Test
  void nothingIsSkippedBelowALimitOfZero() {
    double constant = 1;
    Steps run = new Steps(apply(BLOCK, "cache-deltas{limit=0.0}", context()));
    for (int step = 0; step < 6; step++) {
      assertArrayEquals(output(tensor(step), tensor(constant)), run.run(tensor(step), tensor(constant)));
      assertEquals(0, run.state.getLast().elements()[0], "the next step reuses nothing");
    }
  }

  @Test
  void aConstantDeltaIsReusedAsOftenAsAllowed() {
    Steps run = new Steps(apply(BLOCK, "cache-deltas{limit=0.1}", context()));
    List<Double> reuse = new ArrayList<>();
    for (int step = 0; step < 8; step++) {
      // What is reused is what would have been computed.
      assertArrayEquals(output(tensor(step), tensor(3, 4)), run.run(tensor(step), tensor(3, 4)));
      reuse.add(run.state.getLast().elements()[0]);
    }
    assertEquals(List.of(0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0), reuse);
  }

  /** An error of a cached delta is the same in each step that reuses it, so that it adds up along these. */
  @Test
  void noiseInTheCacheIsReplayed() {
    Steps run = new Steps(apply(BLOCK, "cache-deltas{limit=100, most=3}", context()));
    run.run(tensor(0), tensor(1));
    run.run(tensor(0), tensor(1));
    double noise = 0.25;
    List<Tensor> state = new ArrayList<>(run.state);
    state.set(0, tensor(1 + noise));
    run.state = state;
    double[] x = {5};
    for (int skip = 1; skip <= 3; skip++) {
      // A block in a chain: the output, without the doubling behind the block, is the next input.
      x[0] = run.run(tensor(x), tensor(1))[0] / 2;
      assertEquals(5 + skip + skip * noise, x[0]);
    }
  }

  @Test
  void whatIsNoNumberIsNotReused() {
    Steps run = new Steps(apply(BLOCK, "cache-deltas{limit=100}", context()));
    run.run(tensor(1), tensor(1));
    run.run(tensor(1), tensor(Double.NaN));
    assertEquals(0, run.state.getLast().elements()[0]);
  }

  @Test
  void decisionsSayWhichBlocksHaveACache() {
    PassContext context = context();
    apply("""
        func @main(%x: tensor<[2,4] x f32>, %c: tensor<[2] x f32>) {
          %0 = reduce_sum %x {axes = [1], keep = false} : tensor<[2] x f32> loc("m.nib":2:3 in pool)
          %1 = add %x, %x : tensor<[2,4] x f32> loc("m.nib":3:3 in layer[0].inner)
          %2 = mul %0, %c : tensor<[2] x f32> loc("m.nib":5:3 in head)
          return %1, %2
        }
        """, "cache-deltas{limit=0.5}", context);
    assertEquals(
        List.of(
            "skipped pool (m.nib:2:3): the block - it gives nothing of the type of something that it takes",
            "applied layer[0] (m.nib:3:3): the block adds what it added before, in up to 2 steps in a row, while "
                + "changes sum to less than 0.5 - asked for every block (0 -> 32 bytes)",
            "applied head (m.nib:5:3): the block adds what it added before, in up to 2 steps in a row, while changes "
                + "sum to less than 0.5 - asked for every block (0 -> 8 bytes)"),
        context.decisions().stream().map(Decision::text).toList());
  }

  @Test
  void theFirstRunIsThatWithoutACache() {
    PassRun run = PassManager.of(REGISTRY, PassEnvironment.of(REGISTRY.ir())).validating(Validator.generated(3))
        .run(IrText.module(BLOCK), REGISTRY.parse("cache-deltas{limit=0.5}"));
    assertTrue(run.failures().isEmpty(), () -> run.failures().getFirst().text());
  }

  @Test
  void limitsThatMakeNoSenseAreRefused() {
    for (String options : List.of("limit=-1.0", "limit=0.5, most=0", "most=2")) {
      assertThrows(InputException.class, () -> REGISTRY.parse("cache-deltas{" + options + "}"), options);
    }
  }
}
