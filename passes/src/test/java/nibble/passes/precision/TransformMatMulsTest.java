package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.op.MatMul;
import nibble.ir.shape.Shape;
import nibble.ir.verify.Verifier;
import nibble.passes.Decision;
import nibble.passes.MadeWeights;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.PassRun;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransformMatMulsTest {
  private static final int CHANNELS = 24;
  private static final int ROWS = 40;
  private static final PassRegistry REGISTRY = Plugins.none().passes();

  private static Tensor random(TensorType type, long seed) {
    Random random = new Random(seed);
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    Arrays.setAll(elements, i -> Formats.F32.round(random.nextGaussian()));
    return Tensor.of(type, elements);
  }

  private static WeightSource weights(long seed) {
    return (key, type) -> random(type, seed * 31 + key.hashCode());
  }

  /** Channels that are sums of few others, some of them large, with an outlier here and there. */
  private static Tensor sample(long seed) {
    double[] few = random(TensorType.of(Shape.of(ROWS, CHANNELS), Formats.F32), seed).values();
    double[] mixed = random(TensorType.of(Shape.of(CHANNELS, CHANNELS), Formats.F32), 77).values();
    Random random = new Random(seed);
    double[] x = new double[few.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < 4; j++) {
        x[i] += few[i / CHANNELS * CHANNELS + j] * mixed[j * CHANNELS + i % CHANNELS] * (j + 1);
      }
      x[i] = Formats.F32.round((x[i] + 0.1 * few[i]) * (random.nextInt(50) == 0 ? 4 : 1));
    }
    return Tensor.of(TensorType.of(Shape.of(ROWS, CHANNELS), Formats.F32), x);
  }

  private static Module module() {
    return IrText.module("""
        func @main(%x: tensor<[B,24] x f32>) {
          %v = weight {key = "v"} : tensor<[24,6] x f32>
          %w = weight {key = "w"} : tensor<[5,24] x f32>
          %0 = matmul %x, %v {transposeB = false, to = f32} : tensor<[B,6] x f32> loc("m.nib":3:5 in a)
          %1 = matmul %x, %w {transposeB = true, to = f32} : tensor<[B,5] x f32> loc("m.nib":4:5 in b)
          return %0, %1
        }
        """);
  }

  private static PassRun apply(String pipeline, Module module, Tensor sample, WeightSource weights) {
    PassRun run = PassManager.of(REGISTRY, PassEnvironment.of(REGISTRY.ir()).withWeights(weights).withInputs(
        ImmutableMap.of("main", ImmutableList.of(sample)))).run(module, REGISTRY.parse(pipeline));
    assertTrue(Verifier.check(run.output()).isEmpty());
    return run;
  }

  private static List<Tensor> run(Module module, MadeWeights made, WeightSource weights, Tensor x) {
    return new Interpreter(Mode.EXACT, made.over(weights)).run(module.functions().get("main"), List.of(x));
  }

  private static double[] magnitudes(double[] a, double[] b, int rows, int inner, int columns) {
    double[] product = new double[rows * columns];
    for (int i = 0; i < rows * inner; i++) {
      for (int j = 0; j < columns; j++) {
        product[i / inner * columns + j] += Math.abs(a[i] * b[i % inner * columns + j]);
      }
    }
    return product;
  }

  /**
   * On inputs that the pass did not see: the matrices are known exactly, so that what is off is the rounding to f32 of
   * the weights that were multiplied by their inverses, half of 2^-23 of each, and the f64 arithmetic of both, which
   * gets less than 1e-9 of all that is added.
   */
  @Property(tries = 20)
  void productsStayTheSameButForTheRoundingOfWeights(
      @ForAll @IntRange(min = 0, max = 1_000_000) int seed, @ForAll @IntRange(min = 1, max = 3) int log) {
    WeightSource weights = weights(seed);
    PassRun run = apply("transform{size=" + (1 << log) + "}", module(), sample(seed), weights);
    Tensor x = sample(seed + 1L);
    List<Tensor> before = run(module(), MadeWeights.NONE, weights, x);
    List<Tensor> after = run(run.output(), run.made(), weights, x);
    double[] matrices = run.made().tensors().get("v.transform@transform").values();
    int size = 1 << log;
    double[] multiplied = new double[ROWS * CHANNELS];
    double[] terms = new double[ROWS * CHANNELS];
    for (int i = 0; i < multiplied.length; i++) {
      int block = i % CHANNELS / size;
      for (int j = 0; j < size; j++) {
        double term = x.values()[i / CHANNELS * CHANNELS + block * size + j]
            * matrices[block * size * size + j * size + i % CHANNELS % size];
        multiplied[i] += term;
        terms[i] += Math.abs(term);
      }
    }
    double[] v = run.made().tensors().get("v@transform").values();
    double[] rounding = magnitudes(multiplied, v, ROWS, CHANNELS, 6);
    double[] all = magnitudes(terms, v, ROWS, CHANNELS, 6);
    double[] exact = before.getFirst().values();
    double[] actual = after.getFirst().values();
    for (int i = 0; i < exact.length; i++) {
      assertEquals(exact[i], actual[i], 0x1p-24 * rounding[i] + 1e-9 * all[i]);
    }
    double[] second = before.get(1).values();
    double largest = Arrays.stream(second).map(Math::abs).max().orElseThrow();
    for (int i = 0; i < second.length; i++) {
      assertEquals(second[i], after.get(1).values()[i], 1e-4 * largest);
    }
  }

  private static double error(String pipeline, Tensor seen, Tensor x, WeightSource weights) {
    PassRun run = apply(pipeline, module(), seen, weights);
    double[] exact = run(module(), MadeWeights.NONE, weights, x).getFirst().values();
    double[] actual = run(run.output(), run.made(), weights, x).getFirst().values();
    double sum = 0;
    for (int i = 0; i < exact.length; i++) {
      sum += Math.pow(actual[i] - exact[i], 2);
    }
    return Math.sqrt(sum);
  }

  /** Inputs of the same kind that were not seen: less is lost than behind smoothing and a rotation of that size. */
  @Test
  void quantizationAfterwardsLosesLess() {
    String int4 = "quantize{act=i4:token}";
    double plain = error(int4, sample(1), sample(2), weights(3));
    double smoothed = error("smooth{by=norm}, hadamard{size=8}, " + int4, sample(1), sample(2), weights(3));
    double transformed = error("transform{size=8}, " + int4, sample(1), sample(2), weights(3));
    assertTrue(transformed < 0.8 * smoothed && transformed < 0.8 * plain,
        transformed + ", smoothed and rotated " + smoothed + ", plain " + plain);
  }

  /** Both products of the activation share its matrix, which stays a product of numbers; quantize leaves it. */
  @Test
  void quantizersStandBehindTheMatrix() {
    PassRun run = apply("transform{size=8}, cse, quantize{weight=i8:channel, act=i8:token}", module(), sample(1),
        weights(3));
    List<String> products = run.output().functions().get("main").body().operations().stream()
        .filter(operation -> operation.op() instanceof MatMul)
        .map(operation -> operation.location().path() + " of " + operation.operand(1).tensorType().shape()).toList();
    assertEquals(List.of("a.transform of [3,8,8]", "a of [24,6]", "b of [5,24]"), products);
    List<Decision> decisions = run.steps().stream().flatMap(step -> step.decisions().stream()).toList();
    assertEquals(2, decisions.stream().filter(decision -> decision.pass().equals("transform")).count());
    assertTrue(
        decisions.getFirst().text().contains("input %x times 3 matrices of 8 by 8, weight 'v' times the inverse"),
        decisions.getFirst().text());
    assertEquals(List.of("its right operand transforms an activation before that is quantized"),
        decisions.stream().filter(decision -> decision.outcome() == Decision.Outcome.SKIPPED)
            .map(Decision::reason).toList());
  }

  @Test
  void withoutSampleInputsItIsRefused() {
    PassContext context =
        new PassContext(PassEnvironment.of(REGISTRY.ir()).withWeights(weights(1)), "transform");
    assertEquals("transform has no sample inputs of @main",
        assertThrows(InputException.class,
            () -> REGISTRY.parse("transform").passes().getFirst().run(module(), context)).getMessage());
  }

  @Test
  void inputsThatAreNotFiniteAreRefused() {
    Tensor sample = sample(1);
    sample.elements()[3] = Double.POSITIVE_INFINITY;
    assertEquals("transform: sample inputs or weights are not finite",
        assertThrows(InputException.class, () -> apply("transform", module(), sample, weights(1))).getMessage());
  }

  @Test
  void channelsThatAreNeverSeenStay() {
    Tensor sample = sample(1);
    for (int i = 0; i < sample.size(); i++) {
      sample.elements()[i] *= i % CHANNELS < 9 ? 0 : 1;
    }
    assertTrue(error("transform{size=8}", sample, sample(2), weights(3)) < 1e-3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"size=24", "size=1", "damping=0", "steps=-1", "rows=0"})
  void optionsAreChecked(String option) {
    assertThrows(InputException.class, () -> REGISTRY.parse("transform{" + option + "}"));
  }
}
