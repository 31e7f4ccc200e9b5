package sample.minilm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.PreparedModel;
import nibble.engine.compile.Toolchain;
import nibble.engine.sample.TextLines;
import nibble.engine.text.TokenBatch;
import nibble.ir.format.Formats;
import nibble.passes.Decision;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import org.junit.jupiter.api.Test;

/**
 * What a second level of codes is worth for the inputs of the second feed-forward product of each layer, of which the
 * first four layers have outliers: INT8 in blocks of 128 by 128, a second level for a fifth of them, on the sample's
 * sentences. Errors are those of the product that the quantized activation alone makes, in decision records of the
 * pass.
 */
class FallbackTest {
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final int LAYERS = 6;
  private static final int WITH_OUTLIERS = 4;
  private static final double SHARE = 0.2;
  private static final Pattern ERRORS = Pattern.compile(".*\\((\\S+) %\\).* by it (\\S+) % instead of (\\S+) %.*");

  /** Share of flagged blocks and errors of a product, in percent. */
  private record Trial(String path, double flagged, double twoLevels, double oneLevel) {
    static Trial of(Decision decision) {
      Matcher errors = ERRORS.matcher(decision.subject());
      assertTrue(errors.matches(), decision::text);
      return new Trial(
          decision.location().path(), Double.parseDouble(errors.group(1)), Double.parseDouble(errors.group(2)),
          Double.parseDouble(errors.group(3)));
    }
  }

  private static List<Trial> trials(String before) {
    Toolchain toolchain = Toolchain.withPlugins(List.of());
    List<String> sentences = TextLines.read(Encoder.sample().inputs().text().orElseThrow());
    TokenBatch batch = Sentences.batches(sentences, sentences.size()).getFirst();
    try (OpenModel model = Encoder.open("none", toolchain)) {
      PreparedModel prepared = PrepareModel.with(toolchain).prepare(model, Encoder.choice("none"));
      PassEnvironment environment = PassEnvironment.of(REGISTRY.ir())
          .withWeights(model.weights().orElseThrow())
          .withInputs(ImmutableMap.of("encode", ImmutableList.of(batch.ids(Formats.I32), batch.mask(Formats.F32))));
      List<Trial> trials = PassManager.of(REGISTRY, environment)
          .run(prepared.passes().output(), REGISTRY.parse(
              before + "quantize{at=layer[*].ffn.down, act=i8:block(128,128)}, fallback{share=" + SHARE + "}"))
          .decisions().stream().filter(decision -> decision.pass().equals("fallback")).map(Trial::of).toList();
      assertEquals(LAYERS, trials.size());
      return trials;
    }
  }

  /**
   * Outliers are spread over the blocks as they come: the error falls by less than five times, though one level is more
   * than doubled everywhere with outliers. With the channels sorted it falls by more than five.
   */
  @Test
  void aFifthOfTheBlocksHoldsTheOutliers() {
    List<Trial> asTheyCome = trials("");
    List<Trial> sorted = trials("sort-channels{at=layer[*].ffn.down}, ");
    for (int i = 0; i < LAYERS; i++) {
      Trial plain = asTheyCome.get(i);
      Trial order = sorted.get(i);
      System.out.printf(
          Locale.ROOT,
          "%s: one level %.3f %%; two levels for %.1f %% of the blocks %.3f %%; sorted for %.1f %% %.3f %%%n",
          plain.path, plain.oneLevel, plain.flagged, plain.twoLevels, order.flagged, order.twoLevels);
      assertTrue(plain.flagged <= 100 * SHARE && order.flagged <= 100 * SHARE, plain + " " + order);
      assertTrue(plain.oneLevel / plain.twoLevels >= (i < WITH_OUTLIERS ? 2.5 : 1.2), plain.toString());
      assertTrue(plain.oneLevel / order.twoLevels >= (i < WITH_OUTLIERS ? 5 : 2.5), plain + " " + order);
    }
  }
}
