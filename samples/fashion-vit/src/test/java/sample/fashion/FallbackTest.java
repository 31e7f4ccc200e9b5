package sample.fashion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.ReadModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.compile.Toolchain;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import nibble.passes.Decision;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a second level of codes is worth behind the gated product (SwiGLU) of this model, for a fifth of the blocks. A
 * net this small has hardly any outliers: the largest magnitudes of its channels are within five times of each other,
 * those of blocks within two.
 */
class FallbackTest {
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final int IMAGES = 64;
  private static final int LAYERS = 2;
  private static final Pattern ERRORS = Pattern.compile(".* by it (\\S+) % instead of (\\S+) %.*");

  private static List<Decision> decisions(String pipeline) {
    Toolchain toolchain = Toolchain.withPlugins(List.of());
    RecipeChoice none = new RecipeChoice.None();
    FashionImages images = Classifier.testImages();
    Tensor levels = Tensor.generate(
        TensorType.of(Shape.of(IMAGES, images.edge(), images.edge()), Formats.F32), i -> images.pixels()[i] & 0xff);
    try (OpenModel model = ReadModel.read(Classifier.sample(), none, toolchain, ReadModel.Weights.REQUIRED)) {
      Module module = PrepareModel.with(toolchain).prepare(model, none).passes().output();
      PassEnvironment environment = PassEnvironment.of(REGISTRY.ir())
          .withWeights(model.weights().orElseThrow())
          .withInputs(ImmutableMap.of("classify", ImmutableList.of(levels)));
      return PassManager.of(REGISTRY, environment).run(module, REGISTRY.parse(pipeline)).decisions().stream()
          .filter(decision -> decision.pass().equals("fallback")).toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"'block(128,128)', 1.2, 1.5", "'block(1,16)', 1.6, 2"})
  void errorsFallByLessThanHalf(String blocks, double least, double most) {
    List<Decision> decisions =
        decisions("quantize{at=layer[*].ffn.down, act=i8:" + blocks + "}, fallback{share=0.2}");
    assertEquals(LAYERS, decisions.size());
    for (Decision decision : decisions) {
      System.out.println(blocks + ": " + decision.location().path() + ": " + decision.subject());
      Matcher errors = ERRORS.matcher(decision.subject());
      assertTrue(errors.matches(), decision::text);
      double ratio = Double.parseDouble(errors.group(2)) / Double.parseDouble(errors.group(1));
      assertTrue(ratio >= least && ratio <= most, decision::text);
    }
  }
}
