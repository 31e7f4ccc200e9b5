package sample.minilm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
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
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.passes.Decision;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FallbackTest {
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final Pattern ERRORS = Pattern.compile("\\((\\S+) %\\).* by it (\\S+) % instead of (\\S+) %.*");

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9})
  void errors(double share) {
    Toolchain toolchain = Toolchain.withPlugins(List.of());
    List<String> sentences = TextLines.read(Encoder.sample().inputs().text().orElseThrow());
    TokenBatch batch = Sentences.batches(sentences, sentences.size()).getFirst();
    try (OpenModel model = Encoder.open("none", toolchain)) {
      PreparedModel prepared = PrepareModel.with(toolchain).prepare(model, Encoder.choice("none"));
      PassEnvironment environment = PassEnvironment.of(REGISTRY.ir())
          .withWeights(model.weights().orElseThrow())
          .withInputs(ImmutableMap.of("encode", ImmutableList.of(batch.ids(Formats.I32), batch.mask(Formats.F32))));
      var run = PassManager.of(REGISTRY, environment).run(prepared.passes().output(), REGISTRY.parse(
          "quantize{at=layer[*].ffn.down, weight=i8:block(128,128), act=i8:block(128,128)}, fallback{share=" + share + "}"));
      run.decisions().stream().filter(d -> d.pass().equals("fallback")).forEach(d -> System.out.println(d.text()));
    }
  }
}
