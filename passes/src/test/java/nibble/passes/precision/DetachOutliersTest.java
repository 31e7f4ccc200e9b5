package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import nibble.ir.verify.Verifier;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DetachOutliersTest {
  private static final int DEPTH = 48;
  private static final int CHANNELS = 6;
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final WeightSource WEIGHTS = (key, type) -> heavyTailed(type);

  /** A few weights are ten times as large as the others; all of them are numbers of f16. */
  private static Tensor heavyTailed(TensorType type) {
    Random random = new Random(5);
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = Formats.F16.round(random.nextGaussian() * (random.nextInt(20) == 0 ? 10 : 1));
    }
    return Tensor.of(type, elements);
  }

  private static Module product(boolean transposed) {
    return IrText.module("""
        func @main(%%x: tensor<[B,2,%2$d] x f32>) {
          %%w = weight {key = "w"} : tensor<[%1$s] x f32>
          %%0 = matmul %%x, %%w {transposeB = %4$s, to = f32} : tensor<[B,2,%3$d] x f32> loc("m.nib":3:5 in a)
          return %%0
        }
        """.formatted(
        transposed ? CHANNELS + "," + DEPTH : DEPTH + "," + CHANNELS, DEPTH, CHANNELS, transposed));
  }

  private static PassContext context() {
    return new PassContext(PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS), "detach-outliers");
  }

  private static Module apply(String pipeline, Module module) {
    Module after = module;
    for (var pass : REGISTRY.parse(pipeline).passes()) {
      after = pass.run(after, context());
    }
    assertTrue(Verifier.check(after).isEmpty());
    return after;
  }

  private static double[] run(Module module, Mode mode) {
    TensorType type = TensorType.of(Shape.of(3, 2, DEPTH), Formats.F32);
    Random random = new Random(7);
    double[] x = new double[3 * 2 * DEPTH];
    Arrays.setAll(x, i -> Formats.F32.round(random.nextGaussian()));
    return new Interpreter(mode, WEIGHTS)
        .run(module.functions().get("main"), List.of(Tensor.of(type, x))).getFirst().elements();
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  /** Weights that are numbers of f16 are all there, in one part or the other. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bothPartsTogetherAreTheWeight(boolean transposed) {
    Module module = product(transposed);
    Module after = apply("detach-outliers{share=0.1}", module);
    assertTrue(!after.equals(module));
    assertArrayEquals(run(module, Mode.EXACT), run(after, Mode.EXACT), 1e-11);
  }

  @Test
  void aShareOfZeroIsTheModule() {
    Module module = product(false);
    assertEquals(module, apply("detach-outliers{share=0}", module));
  }

  /** What the share does to quantization: the others have smaller scales. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void quantizationLosesLess(boolean transposed) {
    Module module = product(transposed);
    double[] exact = run(module, Mode.EXACT);
    double before = Double.POSITIVE_INFINITY;
    for (String share : List.of("0", "0.05", "0.15")) {
      String pipeline = "detach-outliers{share=" + share + "}, quantize{weight=i4:channel}";
      double error = distance(exact, run(apply(pipeline, module), Mode.EXACT));
      assertTrue(error < before / 1.2, share + ": " + error + " after " + before);
      before = error;
    }
  }

  /** As many of each channel as its share, rounded up: those of the largest magnitudes, each once. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void theLargestOfEachChannelAreKeptApart(int inner) {
    Tensor weight = heavyTailed(TensorType.of(
        inner == 0 ? Shape.of(DEPTH, CHANNELS) : Shape.of(CHANNELS, DEPTH), Formats.F32));
    DetachedWeights apart =
        DetachedWeights.largest(3, weight, inner, index -> Math.abs(weight.elements()[index]));
    int[] indices = apart.indices(weight.extents(), inner);
    assertEquals(3 * CHANNELS, Arrays.stream(indices).distinct().count());
    for (int channel = 0; channel < CHANNELS; channel++) {
      TreeSet<Double> magnitudes = new TreeSet<>();
      for (int row = 0; row < DEPTH; row++) {
        magnitudes.add(Math.abs(weight.elements()[inner == 0 ? row * CHANNELS + channel : channel * DEPTH + row]));
      }
      for (int i = 0; i < 3; i++) {
        double detached = Math.abs(weight.elements()[indices[i * CHANNELS + channel]]);
        assertTrue(magnitudes.tailSet(detached, false).size() < 3, "channel " + channel + ": " + detached);
      }
    }
  }

  /** The number of weights that are kept apart is the share of a channel, rounded up. */
  @Test
  void decisionsSayHowManyAndWhatIsLeft() {
    PassContext context = context();
    REGISTRY.parse("detach-outliers{share=0.05}").passes().getFirst().run(product(false), context);
    String text = context.decisions().getFirst().text();
    assertTrue(text.contains("3 weights of each output channel of weight 'w' apart in f16 (6.250 %)"), text);
    assertTrue(text.contains("(1152 -> 1260 bytes)"), text);
  }

  @Test
  void withoutWeightsItIsRefused() {
    PassContext context = new PassContext(PassEnvironment.of(REGISTRY.ir()), "detach-outliers");
    assertEquals("detach-outliers has no weights to find the largest of", assertThrows(
        InputException.class,
        () -> REGISTRY.parse("detach-outliers").passes().getFirst().run(product(false), context)).getMessage());
    assertEquals(ImmutableMap.of().size(), context.decisions().size());
  }

  private static Module sampled(String pipeline, Module module) {
    TensorType type = TensorType.of(Shape.of(3, 2, DEPTH), Formats.F32);
    Random random = new Random(7);
    double[] x = new double[3 * 2 * DEPTH];
    // One row of weights meets numbers that are a hundred times as large.
    Arrays.setAll(x, i -> Formats.F32.round(random.nextGaussian() * (i % DEPTH == 11 ? 100 : 1)));
    PassContext context = new PassContext(
        PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS).withInputs(ImmutableMap.of(
            "main", ImmutableList.of(Tensor.of(type, x)))), "detach-outliers");
    Module after = module;
    for (var pass : REGISTRY.parse(pipeline).passes()) {
      after = pass.run(after, context);
    }
    assertTrue(Verifier.check(after).isEmpty());
    return after;
  }

  /** The weights that meet the largest numbers lose most, whatever their own magnitude. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void byErrorThoseAreApartThatLoseMost(boolean transposed) {
    Module after = sampled("detach-outliers{share=0.01, by=error, weight=i4:channel}", product(transposed));
    assertTrue(after.toString().contains("values=[11.0, 11.0, 11.0, 11.0, 11.0, 11.0]"), after.toString());
    // By magnitude they are others.
    Module other = sampled("detach-outliers{share=0.01}", product(transposed));
    assertTrue(!other.toString().contains("values=[11.0, 11.0, 11.0, 11.0, 11.0, 11.0]"), other.toString());
  }

  @Test
  void theErrorNeedsSampleInputsAndALayout() {
    assertThrows(InputException.class,
        () -> apply("detach-outliers{by=error, weight=i4:channel}", product(false)));
    assertThrows(InputException.class, () -> REGISTRY.parse("detach-outliers{by=error}"));
    assertThrows(InputException.class, () -> REGISTRY.parse("detach-outliers{weight=i4:channel}"));
  }
}
