package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.op.Attention;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.shape.Shape;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WidenSelectedBlocksTest {
  private static final Interpreter EXACT = new Interpreter(Mode.EXACT, WeightSource.NONE);

  private static Function function(String types, String operands, String attributes) {
    return Parser.parse("""
        module @m {
          func @f(%%q: tensor<[2,70,16] x f16>, %%k: tensor<[2,300,16] x f16>, %%v: tensor<[2,300,16] x f16>%1$s) {
            %%0 = attention %%q, %%k, %%v%2$s, %%s {scale = 0.25, %3$s, to = f16} : tensor<[2,70,16] x f16>
            return %%0
          }
        }
        """.formatted(types, operands, attributes), "test", Registry.core()).functions().get("f");
  }

  private static Function widened(Function function) {
    return new RewriteDriver(new WidenSelectedBlocks()).apply(function, ImmutableMap.of());
  }

  /** 5 blocks of 64 keys are 3 of 128, of which the last has one part; of 32 keys they are four to a step. */
  @ParameterizedTest
  @CsvSource({
      "'', '', 64, '[2,3,5]'", "'', '', 64, '[3,5]'", "'', '', 64, '[3,1]'", "'', '', 32, '[2,3,10]'",
      "', %m: tensor<[300] x bool>', ', %m', 64, '[2,3,5]'", "', %m: tensor<[70,300] x f16>', ', %m', 64, '[2,3,5]'",
      "', %m: tensor<[300] x bool>, %n: tensor<[300] x f32>', ', %m, %n', 64, '[3,5]'"})
  void meansTheSame(String types, String operands, int keys, String bitmap) {
    Function before = function(
        types + ", %s: tensor<" + bitmap + " x bool>", operands,
        "causal = bottom_right, scheme = sage3, blocks = [32," + keys + "]");
    Function after = widened(before);
    Operation attention = after.body().operations().stream()
        .filter(operation -> operation.op() instanceof Attention).findFirst().orElseThrow();
    assertEquals(Shape.of(32, 128), ((Attention) attention.op()).blocks().orElseThrow());
    Random random = new Random(2);
    List<Tensor> inputs = before.parameters().stream().map(parameter -> Tensor.inOrder(
        parameter.tensorType(), i -> parameter.tensorType().format().isFloat() ? random.nextGaussian() : random.nextInt(2)))
        .toList();
    double[] expected = EXACT.run(before, inputs).getFirst().elements();
    assertArrayEquals(expected, EXACT.run(after, inputs).getFirst().elements());
    assertTrue(Arrays.stream(expected).anyMatch(element -> element != 0));
  }

  @Test
  void whatIsWholeStepsOrFillsOrIsFilteredStays() {
    for (String attributes : List.of(
        "causal = none, scheme = sage3, blocks = [32,128]", "causal = none, scheme = sage2, blocks = [32,64]",
        "causal = none, fill = -9.0, scheme = sage3, blocks = [32,64]",
        "causal = none, scheme = sage3, blocks = [32,64], filter = -9.0", "causal = none, blocks = [32,64]")) {
      Function before = function(
          ", %s: tensor<[3," + (attributes.contains("128") ? 3 : 5) + "] x bool>", "", attributes);
      assertSame(before, widened(before), attributes);
    }
  }
}
