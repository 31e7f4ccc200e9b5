package sample.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.ReadModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.compile.Toolchain;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Value;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.op.MatMul;
import nibble.passes.Decision;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What comes out of the gated products (SwiGLU) of this model, and what a second level of codes is worth for a fifth of
 * the blocks of it.
 */
class FallbackTest {
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final int PASSAGES = 16;
  private static final int LAYERS = DecoderSizes.SAMPLE.layers();
  private static final Pattern ERRORS = Pattern.compile(".*\\((\\S+) %\\).* by it (\\S+) % instead of (\\S+) %.*");

  private static <T> T inModel(BiFunction<OpenModel, Module, T> use) {
    Toolchain toolchain = Toolchain.withPlugins(List.of());
    RecipeChoice none = new RecipeChoice.None();
    try (OpenModel model = ReadModel.read(Reader.sample(), none, toolchain, ReadModel.Weights.REQUIRED)) {
      return use.apply(model, PrepareModel.with(toolchain).prepare(model, none).passes().output());
    }
  }

  private static List<Decision> decisions(String pipeline) {
    Tensor passages = Reader.passages(Reader.text(), PASSAGES);
    return inModel((model, module) -> {
      PassEnvironment environment = PassEnvironment.of(REGISTRY.ir())
          .withWeights(model.weights().orElseThrow())
          .withInputs(ImmutableMap.of("next", ImmutableList.of(passages)));
      return PassManager.of(REGISTRY, environment).run(module, REGISTRY.parse(pipeline)).decisions().stream()
          .filter(decision -> decision.pass().equals("fallback")).toList();
    });
  }

  /** Of each layer, by how much the error of the product falls. */
  private static double[] ratios(String before, String blocks) {
    List<Decision> decisions = decisions(
        before + "quantize{at=layer[*].ffn.down, act=i8:" + blocks + "}, fallback{share=0.2}");
    assertEquals(LAYERS, decisions.size());
    double[] ratios = new double[LAYERS];
    for (int i = 0; i < LAYERS; i++) {
      Matcher errors = ERRORS.matcher(decisions.get(i).subject());
      assertTrue(errors.matches(), decisions.get(i)::text);
      assertTrue(Double.parseDouble(errors.group(1)) <= 20, decisions.get(i)::text);
      ratios[i] = Double.parseDouble(errors.group(3)) / Double.parseDouble(errors.group(2));
    }
    System.out.println(before + blocks + ": " + Arrays.toString(ratios));
    return ratios;
  }

  /**
   * A box that spans half of the channels and all tokens of a passage nearly always has an outlier, so that a fifth of
   * them is worth little; the smaller boxes are, the more of the outliers are in that fifth.
   */
  @ParameterizedTest
  @CsvSource({
      "'', 'block(128,128)', 1.1, 1.4", "'sort-channels{at=layer[*].ffn.down}, ', 'block(128,128)', 1.2, 1.6",
      "'', 'block(32,32)', 1.2, 3", "'', 'block(1,16)', 1.9, 6"})
  void errorsFallTheMoreTheSmallerBoxesAre(String before, String blocks, double least, double most) {
    for (double ratio : ratios(before, blocks)) {
      assertTrue(ratio >= least && ratio <= most, blocks + " " + ratio);
    }
  }

  /** Weights were trained, not made: what is large came of it. */
  @Test
  void outliersAreReal() {
    Tensor passages = Reader.passages(Reader.text(), PASSAGES);
    inModel((model, module) -> {
      Function function = module.functions().values().iterator().next();
      List<Value> inputs = function.body().operations().stream()
          .filter(operation -> operation.op() instanceof MatMul && operation.location().path().endsWith("ffn.down"))
          .map(operation -> operation.operand(0)).toList();
      Function probed = function.withBody(new Block(
          function.parameters(), function.body().operations(), ImmutableList.copyOf(inputs)));
      List<Tensor> tensors =
          new Interpreter(Mode.EXACT, model.weights().orElseThrow()).run(module, probed, List.of(passages));
      assertEquals(LAYERS, tensors.size());
      for (Tensor tensor : tensors) {
        double[] x = tensor.elements();
        double square = 0;
        double fourth = 0;
        for (double value : x) {
          square += value * value;
          fourth += value * value * value * value;
        }
        double kurtosis = fourth / square / square * x.length;
        double[] sorted = Arrays.stream(x).map(Math::abs).sorted().toArray();
        double high = sorted[(int) (0.999 * sorted.length)];
        double ratio = sorted[sorted.length - 1] / high;
        System.out.printf(Locale.ROOT, "kurtosis %.0f, largest %.2f, 99.9 %% are below %.2f, %.1f times%n",
            kurtosis, sorted[sorted.length - 1], high, ratio);
        // A normal distribution has 3, and 1.4 times here.
        assertTrue(kurtosis > 40 && ratio > 2, kurtosis + ", " + ratio);
      }
      return tensors;
    });
  }
}
