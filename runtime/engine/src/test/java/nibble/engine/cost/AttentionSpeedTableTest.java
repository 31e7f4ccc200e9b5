package nibble.engine.cost;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import nibble.codegen.Backend;
import nibble.codegen.PageTable;
import nibble.codegen.Program;
import nibble.codegen.target.Targets;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;

/**
 * The table of speeds in {@code docs/attention.md} is what the model says, quantizers included.
 * {@code -Dnibble.bless=true} writes it anew.
 */
class AttentionSpeedTableTest {
  private static final PageTable TABLE = new PageTable(Path.of("..", "..", "docs", "attention.md"), "speed");

  /**
   * What the papers say: how many times as fast as FlashAttention-2 a scheme is. Where no length is told, one is taken.
   */
  private enum Published {
    SAGE1_COGVIDEO("SageAttention, CogVideoX", "sage1", "sm_89", 2, 30, 17776, 64, 2.01),
    SAGE1_LLAMA("SageAttention, Llama2", "sage1", "sm_89", 4, 32, 1536, 128, 1.77),
    SAGE1_4090("SageAttention2; length taken", "sage1", "sm_89", 4, 32, 16384, 128, 1.96),
    SAGE1_A100("SageAttention2; length taken", "sage1", "sm_80", 4, 32, 16384, 128, 1.37),
    SAGE1_H100("SageAttention2; length taken", "sage1", "sm_90a", 4, 32, 16384, 128, 1.53),
    SAGE2_4090("SageAttention2, 8 bits: 430 of 164 TOPS; length taken", "sage2", "sm_89", 4, 32, 16384, 128, 2.62),
    SAGE2_INT4("SageAttention2, 4 bits; length taken", "sage2_int4", "sm_89", 4, 32, 16384, 128, 2.93),
    SAGE2PP_4090("SageAttention2++, 8 bits; length taken", "sage2pp", "sm_89", 4, 32, 16384, 128, 3.0);

    private final String source;
    private final String scheme;
    private final String target;
    private final long[] shape;
    private final double ratio;

    Published(
        String source, String scheme, String target, long batch, long heads, long tokens, long depth, double ratio) {
      this.source = source;
      this.scheme = scheme;
      this.target = target;
      this.shape = new long[] {batch, heads, tokens, depth};
      this.ratio = ratio;
    }

    /** Launches of the attention by that scheme, or of f16. */
    private List<ModelledLaunch> launches(String attribute) {
      String type = "tensor<[%d,%d,%d,%d] x f16>".formatted(Arrays.stream(shape).boxed().toArray());
      Module module = Parser.parse("""
          module @m {
            func @f(%%q: %1$s, %%k: %1$s, %%v: %1$s) {
              %%0 = attention %%q, %%k, %%v {scale = %2$s, causal = none%3$s, to = f16} : %1$s
              return %%0
            }
          }
          """.formatted(type, 1 / Math.sqrt(shape[3]), attribute), "attention", Registry.core());
      Backend backend = new Backend();
      Program program = backend.compile(module, module.functions().get("f"), Targets.get(target));
      return new ModelLaunches(backend).of(program, Map.of());
    }

    /** 10^12 operations in a second, of which an attention has four for each query, key and element of a head. */
    private double tops(double microseconds) {
      return 4.0 * shape[0] * shape[1] * shape[2] * shape[2] * shape[3] / microseconds / 1e6;
    }

    private String row(Map<String, List<ModelledLaunch>> plain) {
      List<ModelledLaunch> flash = plain.computeIfAbsent(target + Arrays.toString(shape), _ -> launches(""));
      List<ModelledLaunch> low = launches(", scheme = " + scheme);
      double before = ModelLaunches.microseconds(flash);
      double after = ModelLaunches.microseconds(low);
      ModelledLaunch longest =
          low.stream().reduce((a, b) -> a.time().microseconds() >= b.time().microseconds() ? a : b).orElseThrow();
      return String.format(
          Locale.ROOT, "| %s | %s | %s | %s | %s | %.2f | %.2f | %.0f | %.0f | %.1f %% | %s |%n", source, scheme,
          Targets.get(target).part().name(), shape[0] + " x " + shape[1] + " x " + shape[2], shape[3], ratio,
          before / after, tops(before), tops(after), 100 * (1 - longest.time().microseconds() / after),
          longest.time().bound());
    }
  }

  private static String fresh() {
    StringBuilder table = new StringBuilder("""
        | source | scheme | on | batch x heads x tokens | head | published | modelled | TOPS of `flash` | of the scheme | quantizers | waits for |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        """);
    Map<String, List<ModelledLaunch>> plain = new HashMap<>();
    for (Published published : Published.values()) {
      table.append(published.row(plain));
    }
    return table.toString();
  }

  @Test
  void isFresh() {
    TABLE.check(fresh());
  }
}
