package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.stream.Stream;
import nibble.engine.file.NumpyFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainCommandTest {
  private static final String PIPELINE = "canonicalize,quantize{at=[up, down], weight=i8:channel, act=i8:token},"
      + "fold-constants,canonicalize,fold-dequantize,cse,dce";

  @TempDir private Path folder;

  @Test
  void saysPipelineAndDecisions() {
    Path model = SmallModel.nib(folder);
    String text = CommandRun.of("explain", model, "--recipe", "w8").ok().out();
    assertTrue(text.startsWith("recipe w8: INT8 in both products\npipeline " + PIPELINE + "\n"), text);
    assertTrue(text.contains("weight 'down.weight' to i8, scale<axis 1, f32> - asked for at down (2048 -> 576 bytes)"),
        text);
    assertTrue(text.contains("applied down (" + model + ":14:52)"), text);
  }

  @Test
  void pipelineThatItSaysDoesTheSame() {
    Path model = SmallModel.nib(folder);
    assertEquals(
        CommandRun.of("opt", model, "--recipe", "w8").ok().out(),
        CommandRun.of("opt", model, "--passes", PIPELINE).ok().out());
  }

  @Test
  void costIsMeasuredWhereThereAreWeights() {
    Path weights = SmallModel.weights(folder);
    JsonNode report = CommandRun.of(
        "explain", SmallModel.nib(folder), "--recipe", "w8", "--weights", weights, "--json").ok().json();
    assertEquals("w8", report.get("recipe").textValue());
    assertEquals("INT8 in both products", report.get("summary").textValue());
    assertEquals(PIPELINE, report.get("pipeline").textValue());
    assertEquals(4, report.get("decisions").size());
    JsonNode weight = report.get("decisions").get(1);
    assertEquals("quantize", weight.get("pass").textValue());
    assertEquals("applied", weight.get("outcome").textValue());
    assertEquals("up", weight.get("path").textValue());
    assertEquals("2048", weight.get("bytesBefore").textValue());
    assertEquals("640", weight.get("bytesAfter").textValue());
    assertTrue(weight.get("source").textValue().endsWith("small.nib:14:52"));
    assertTrue(weight.get("sqnrDb").doubleValue() > 30, weight::toString);
  }

  @Test
  void recipeOfAnotherFile() {
    Path recipe = SmallModel.write(folder.resolve("half.nib"), "recipe half \"f16\" {\n  cast { to = f16 }\n}\n");
    String text = CommandRun.of("explain", SmallModel.nib(folder), "--recipe", recipe).ok().out();
    assertTrue(text.contains("cast{to=f16}"), text);
  }

  @Test
  void withoutARecipeOnlySimplifications() {
    String text = CommandRun.of("explain", SmallModel.nib(folder)).ok().out();
    assertEquals("recipe none\npipeline canonicalize,fold-constants,canonicalize,fold-dequantize,cse,dce\n", text);
  }

  /** Passes that find numbers by interpretation get what they are interpreted on. */
  @Test
  void calibrationHasInputsOfAFileOrMadeUpOnes() {
    Path model = SmallModel.nib(folder);
    String passes = "canonicalize,smooth,quantize{weight=i8:channel, act=i8:token}";
    CommandRun.of("explain", model, "--passes", passes)
        .failed(ExitCode.COMPILE_ERROR, "smooth has no sample inputs of @main", "--calibration");
    String madeUp = CommandRun.of("explain", model, "--passes", passes, "--made-up=3").ok().out();
    assertTrue(madeUp.contains("input %x smoothed, channels over "), madeUp);
    Path inputs = folder.resolve("x.npy");
    NumpyFiles.writeNpy(inputs, SmallModel.tensor(4, 16));
    String given = CommandRun.of(
        "explain", model, "--passes", passes, "--weights", SmallModel.weights(folder), "--calibration", "x=" + inputs)
        .ok().out();
    assertTrue(given.contains("input %x smoothed, channels over "), given);
    assertNotEquals(madeUp, given);
  }

  private static final String LARGE = """
      module @large {
        symbol B
        func @main(%x: tensor<[B,4096] x f32>) {
          %w = weight {key = "w"} : tensor<[4096,16384] x f32>
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,16384] x f32>
          return %0
        }
      }
      """;

  private String sparsified(String options, String... more) {
    Path model = SmallModel.write(folder.resolve("large.ir"), LARGE);
    return CommandRun.of(Stream.concat(
        Stream.of("explain", model, "--passes", "sparsify{weight=2:4" + options + "}"), Stream.of(more)).toArray())
        .ok().out();
  }

  /** Both modelled times and why, whatever the decision. */
  @Test
  void whetherSparseWeightsPayIsSaidWithBothTimes() {
    String one = sparsified(", rows=1");
    assertTrue(one.contains("skipped") && one.contains("it does not pay: modelled ") && one.contains(
        " dense on A100 (sm_80) for 1 rows; with fewer than 64 rows, sparse kernels that were measured lose"), one);
    String many = sparsified(", rows=8192", "--target", "sm_86");
    assertTrue(many.contains("applied") && many.contains("; modelled ") && many.contains(
        "(tensor cores) dense on RTX-3090 (sm_86) for 8192 rows"), many);
    String forced = sparsified(", rows=1", "--force");
    assertTrue(forced.contains("applied") && forced.contains("forced although it does not pay"), forced);
    String named = sparsified(", rows=8192, target=sm_90a, format=i8");
    assertTrue(named.contains("on H100-SXM (sm_90a) for 8192 rows"), named);
  }

  /** Why kernels are as they are, on the target that is named, or the oldest. */
  @Test
  void decisionsOfKernelsHaveReasons() {
    Path model = SmallModel.write(folder.resolve("heads.ir"), """
        module @heads {
          symbol S
          func @main(%x: tensor<[S,64] x f16>, %k: tensor<[4,S,32] x f16>) {
            %w = weight {key = "w"} : tensor<[128,64] x f16>
            %0 = matmul %x, %w {transposeB = true, to = f16} : tensor<[S,128] x f16>
            %1 = reshape %0 {shape = [S,4,32]} : tensor<[S,4,32] x f16>
            %2 = transpose %1 {axes = [1, 0, 2]} : tensor<[4,S,32] x f16>
            %3 = attention %2, %k, %k {scale = 0.125, causal = none, scheme = sage2, to = f16} \
        : tensor<[4,S,32] x f16> loc("heads.nib":3:1 in attn)
            return %3
          }
        }
        """);
    String reason = "quantized to tensor<[4,S,32] x i8, scale<interleaved(32,8,1), f32>> by its product's kernel";
    String quantized = "  attn (heads.nib:3:1): " + reason + "\n";
    String hopper = CommandRun.of("explain", model, "--target", "sm_90a").ok().out();
    assertTrue(hopper.endsWith("\nkernels for sm_90a\n  attn (heads.nib:3:1): warps multiply, each for itself, and not "
        + "warpgroups: its values are codes, and weights do not lie in registers as wgmma multiplies codes\n"
        + quantized), hopper);
    String ada = CommandRun.of("explain", model, "--target", "sm_89").ok().out();
    assertTrue(ada.endsWith("\nkernels for sm_89\n" + quantized), ada);
    JsonNode oldest = CommandRun.of("explain", model, "--json").ok().json().get("kernels");
    assertEquals("sm_80", oldest.get("target").textValue());
    assertEquals(1, oldest.get("decisions").size(), oldest::toString);
    JsonNode decision = oldest.get("decisions").get(0);
    assertEquals("attn", decision.get("path").textValue());
    assertEquals("heads.nib:3:1", decision.get("source").textValue());
    assertEquals(reason, decision.get("reason").textValue());
  }

  /** A model without kernels is explained all the same. */
  @Test
  void whatHasNoKernelsIsExplained() {
    Path model = SmallModel.write(folder.resolve("wide.ir"), """
        module @wide {
          symbol B
          func @main(%x: tensor<[B,4] x f32>) {
            %0 = for %x {from = 0, to = B} do (%i: tensor<[] x i32>, %y: tensor<[B,4] x f32>) {
              %1 = exp %y : tensor<[B,4] x f32>
              yield %1
            } : tensor<[B,4] x f32>
            return %0
          }
        }
        """);
    String text = CommandRun.of("explain", model).ok().out();
    assertTrue(text.endsWith("\nkernels for sm_80\n  none: the backend has no kernel for for\n"), text);
  }

  /** Weights that are made up are seen by passes as others are. */
  @Test
  void madeUpWeightsCostPrecision() {
    Path model = SmallModel.nib(folder);
    String none = CommandRun.of("explain", model, "--recipe", "w8").ok().out();
    assertTrue(none.contains("weight 'up.weight' to i8") && !none.contains("SQNR"), none);
    String madeUp = CommandRun.of("explain", model, "--recipe", "w8", "--made-up").ok().out();
    assertTrue(madeUp.contains("SQNR"), madeUp);
  }

  @Test
  void mistakesInRecipesAreUnderlinedWhereTheyAre() {
    Path file = SmallModel.write(folder.resolve("typo.nib"), SmallModel.TEXT + """
        recipe typo {
          quantize up, donw { weight = i8:channel, act = i8:token }
        }

        recipe typos {
          quantize up { weight = i8:chanel, act = i9:token, weigth = i8:channel }
        }
        """);
    CommandRun.of("explain", file, "--recipe", "typo").failed(ExitCode.COMPILE_ERROR, caret(16, 4));
    CommandRun.of("explain", file, "--recipe", "typos")
        .failed(ExitCode.COMPILE_ERROR, caret(26, 9), caret(43, 8), caret(53, 6));
  }

  private static String caret(int column, int length) {
    return "|" + " ".repeat(column) + "^".repeat(length) + "\n";
  }
}
