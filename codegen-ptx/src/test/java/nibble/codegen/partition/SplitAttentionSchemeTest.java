package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Random;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.text.Parser;
import nibble.ir.verify.Verifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SplitAttentionSchemeTest {
  private static Function function(String scheme) {
    return function(scheme, "", "", "");
  }

  private static Function function(String scheme, String types, String operands, String attributes) {
    Module module = Parser.parse("""
        module @m {
          func @f(%%q: tensor<[4,140,32] x f16>, %%k: tensor<[2,200,32] x f16>, %%v: tensor<[2,200,32] x f16>%2$s) {
            %%0 = attention %%q, %%k, %%v%3$s {scale = 0.25, causal = bottom_right%4$s, scheme = %1$s, to = f32}
                : tensor<[4,140,32] x f32>
            return %%0
          }
        }
        """.formatted(scheme, types, operands, attributes), "test", Registry.core());
    return module.functions().get("f");
  }

  private static Function split(Function function) {
    Function split = new RewriteDriver(new SplitAttentionScheme()).apply(function, ImmutableMap.of());
    Verifier.require(Module.of("m", List.of(), List.of(split)));
    return split;
  }

  @Test
  void quantizersStandByThemselves() {
    assertEquals(
        List.of("reduce_mean", "cast", "cast", "sub", "cast", "quantize", "quantize", "attention"),
        split(function("sage1")).body().operations().stream().map(operation -> operation.op().name()).toList());
  }

  @Test
  void valuesAreColumnsOfCodes() {
    assertEquals(
        List.of("reduce_mean", "cast", "cast", "sub", "cast", "quantize", "quantize", "constant", "broadcast", "concat",
            "cast", "transpose", "quantize", "attention"),
        split(function("sage2")).body().operations().stream().map(operation -> operation.op().name()).toList());
  }

  /**
   * What it computes is what the scheme means, but for the rounding of weights to f16 by {@code sage1}, and for the
   * small number that others add to scales.
   */
  @ParameterizedTest
  @ValueSource(strings = {"sage1", "sage1_int8", "sage2", "sage2pp", "sage2_int4"})
  void meansTheScheme(String scheme) {
    meansTheSame(function(scheme));
  }

  /** What makes up for means of queries is a mask, or one of two, or part of one. */
  @ParameterizedTest
  @CsvSource({
      "', %m: tensor<[140,200] x bool>', ', %m', '', 4", "', %m: tensor<[140,200] x bool>', ', %m', ', fill = -3.0', 5",
      "', %m: tensor<[200] x f32>', ', %m', ', fill = -3.0', 4",
      "', %m: tensor<[140,200] x bool>, %n: tensor<[200] x f32>', ', %m, %n', ', fill = -3.0', 5"})
  void meansTheSchemeWithMasks(String types, String operands, String attributes, int count) {
    Function function = function("sage2_int4", types, operands, attributes);
    meansTheSame(function);
    assertEquals(count, split(function).body().operations().getLast().operands().size());
  }

  private static void meansTheSame(Function function) {
    Random random = new Random(3);
    List<Tensor> inputs = function.parameters().stream()
        .map(parameter -> parameter.tensorType().format().isFloat()
            ? Tensor.inOrder(parameter.tensorType(), i -> random.nextGaussian() + i % 32 / 8.0).rounded()
            : Tensor.inOrder(parameter.tensorType(), i -> random.nextInt(2)))
        .toList();
    double[] expected = run(function, inputs);
    double[] actual = run(split(function), inputs);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.abs(expected[i] - actual[i]);
      norm += Math.abs(expected[i]);
    }
    double relative = difference / norm;
    assertTrue(relative < 0x1p-11, () -> "off by " + relative);
  }

  /** Faithfully: the mean of keys is rounded to their format, as the scheme has it. */
  private static double[] run(Function function, List<Tensor> inputs) {
    return new Interpreter(Mode.FAITHFUL, WeightSource.NONE).run(function, inputs).getFirst().elements();
  }
}
