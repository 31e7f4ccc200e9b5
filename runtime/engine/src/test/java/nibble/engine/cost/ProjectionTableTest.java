package nibble.engine.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import nibble.codegen.Backend;
import nibble.codegen.PageTable;
import nibble.codegen.Program;
import nibble.codegen.target.Targets;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;

/**
 * The table in {@code docs/attention.md} of what it saves that projections quantize queries is what the model says.
 * {@code -Dnibble.bless=true} writes it anew.
 */
class ProjectionTableTest {
  private static final PageTable TABLE = new PageTable(Path.of("..", "..", "docs", "attention.md"), "projections");

  /** Queries of a scheme. */
  private record Case(String scheme, String scale, String target, long batch, long tokens, long heads, long depth) {
    private static final List<Case> ALL = List.of(
        new Case("sage1", "block(128,128)", "sm_89", 4, 1536, 32, 128),
        new Case("sage1", "block(128,64)", "sm_89", 1, 17776, 30, 64),
        new Case("sage2", "interleaved(32,8,1)", "sm_89", 4, 16384, 32, 128),
        new Case("sage2", "interleaved(32,8,1)", "sm_120a", 4, 16384, 32, 128),
        new Case("sage1", "block(128,128)", "sm_90a", 4, 1536, 32, 128));

    private String projection() {
      return """
          %%p = matmul %%x, %%w {transposeB = true, to = f32} : tensor<[%1$d,%2$d,%3$d] x f32>
          %%b = add %%p, %%v : tensor<[%1$d,%2$d,%3$d] x f32>
          %%f = cast %%b {to = f16} : tensor<[%1$d,%2$d,%3$d] x f16>
          """.formatted(batch, tokens, heads * depth);
    }

    private String quantizer() {
      return """
          %%h = reshape %%f {shape = [%1$d,%2$d,%3$d,%4$d]} : tensor<[%1$d,%2$d,%3$d,%4$d] x f16>
          %%t = transpose %%h {axes = [0, 2, 1, 3]} : tensor<[%1$d,%3$d,%2$d,%4$d] x f16>
          %%c = cast %%t {to = f32} : tensor<[%1$d,%3$d,%2$d,%4$d] x f32>
          %%q = quantize %%c {rounding = nearest_away} : tensor<[%1$d,%3$d,%2$d,%4$d] x i8, scale<%5$s, f32>>
          """.formatted(batch, tokens, heads, depth, scale);
    }

    private List<ModelledLaunch> launches(boolean takesHidden, String body, String result) {
      String hidden = "%%x: tensor<[%1$d,%2$d,%3$d] x f16>, %%w: tensor<[%3$d,%3$d] x f16>, %%v: tensor<[%3$d] x f32>"
          .formatted(batch, tokens, heads * depth);
      String queries = "%%f: tensor<[%d,%d,%d] x f16>".formatted(batch, tokens, heads * depth);
      Module module = Parser.parse(
          "module @m {\n  func @f(" + (takesHidden ? hidden : queries) + ") {\n" + body + "return " + result
              + "\n  }\n}\n", "queries", Registry.core());
      Backend backend = new Backend();
      Program program = backend.compile(module, module.functions().get("f"), Targets.get(target));
      return new ModelLaunches(backend).of(program, Map.of());
    }

    private String row() {
      List<ModelledLaunch> apart = Stream.of(launches(true, projection(), "%f"), launches(false, quantizer(), "%q"))
          .flatMap(List::stream).toList();
      List<ModelledLaunch> fused = launches(true, projection() + quantizer(), "%q");
      assertEquals(2, apart.size());
      assertEquals(1, fused.size(), "the product's kernel quantizes");
      double before = ModelLaunches.microseconds(apart);
      double after = ModelLaunches.microseconds(fused);
      assertTrue(after < before, this::toString);
      return String.format(
          Locale.ROOT, "| %s | %s | %d x %d | %d x %d | %.0f MB | %.0f MB | %.0f us | %.0f us | %.1f %% |%n", scheme,
          Targets.get(target).part().name(), batch, tokens, heads, depth, ModelLaunches.bytes(apart) / 1e6,
          ModelLaunches.bytes(fused) / 1e6, before, after, 100 * (1 - after / before));
    }
  }

  private static String fresh() {
    StringBuilder table = new StringBuilder("""
        | scheme | on | batch x tokens | heads | bytes, apart | in one | time, apart | in one | saved |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        """);
    Case.ALL.forEach(one -> table.append(one.row()));
    return table.toString();
  }

  @Test
  void isFresh() {
    TABLE.check(fresh());
  }
}
