package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of attentions in the report of a proven run. */
class AttentionReportTest {
  private static final String SPARSE =
      "fuse-attention{scheme = sage2, sparse = sparge(top = 0.5, similarity = -1, queries = 64, keys = 64)}, "
          + "cast{to=f16}";
  private static final int HEADS = 2;

  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void writeModel() throws IOException {
    model = folder.resolve("tiny.nib");
    Files.writeString(model, """
        model tiny "two layers of attention" {
          layer[i in 0..2]: Layer

          fn main(x: f32[2, 128, 16]) -> f32[2, 128, 16] { return layer[1](layer[0](x)) }
        }

        block Layer {
          fn forward(x: f32[2, 128, 16]) -> f32[2, 128, 16] { return softmax(x @ x.T / 4) @ x }
        }
        """);
  }

  private CommandRun run(String passes, Object... more) {
    Object[] args = new Object[10 + more.length];
    System.arraycopy(new Object[] {
        "run", model, "--made-up", "--device", "emulator", "--target", "sm_89", "--verify", "--passes", passes},
        0, args, 0, 10);
    System.arraycopy(more, 0, args, 10, more.length);
    return CommandRun.of(args).ok();
  }

  @Test
  void eachLayerHasARowAndEachHead() {
    String text = run(SPARSE).out();
    String number = " +[-+.0-9e]+";
    String layer = "layer\\[N\\] +all" + number.repeat(3) + " +50\\.0% +[.0-9]+ us\n";
    String heads = " +0" + number.repeat(3) + " +50\\.0%\n +1" + number.repeat(3) + " +50\\.0%\n";
    assertTrue(
        text.matches("(?s).*\nattention, against the model's in exact interpretation; times are modelled for RTX-4090"
        + " \\(sm_89\\)\nop +head +cosine +L1 +RMSE +kept +time\n"
        + layer.replace("N", "0") + heads + layer.replace("N", "1") + heads + "\ncosts of ops.*"), text);
  }

  @Test
  void programsReadTheSame() {
    JsonNode sparse = run(SPARSE, "--json").json().get("attention");
    JsonNode dense = run("fuse-attention{scheme = sage2}, cast{to=f16}", "--json").json().get("attention");
    assertEquals(2, sparse.size());
    for (int layer = 0; layer < sparse.size(); layer++) {
      JsonNode some = sparse.get(layer);
      JsonNode all = dense.get(layer);
      assertEquals("layer[" + layer + "]", some.get("path").textValue());
      assertTrue(some.get("source").textValue().startsWith(model + ":"), some::toString);
      assertEquals(0.5, some.get("kept").doubleValue());
      assertEquals(1, all.get("kept").doubleValue());
      assertTrue(some.get("modelledMicroseconds").doubleValue() > 0);
      assertEquals(HEADS, some.get("heads").size());
      for (int head = 0; head < HEADS; head++) {
        JsonNode ofSome = some.get("heads").get(head);
        JsonNode ofAll = all.get("heads").get(head);
        assertTrue(ofAll.get("cosine").doubleValue() > 0.99, ofAll::toString);
        assertTrue(ofSome.get("cosine").doubleValue() < ofAll.get("cosine").doubleValue(), ofSome::toString);
        assertTrue(ofSome.get("relativeL1").doubleValue() > ofAll.get("relativeL1").doubleValue(), ofSome::toString);
        assertTrue(ofSome.get("rmse").doubleValue() > ofAll.get("rmse").doubleValue(), ofSome::toString);
      }
    }
  }

  @Test
  void withoutAttentionThereIsNoTable() {
    assertFalse(run("cast{to=f16}").out().contains("\nattention, against"));
    assertFalse(run("cast{to=f16}", "--json").json().has("attention"));
  }
}
