package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Random;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Location;
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

class UnpackSequencesTest {
  private static final Interpreter EXACT = new Interpreter(Mode.EXACT, WeightSource.NONE);

  private static Function function(String format, String more, String operands, String attributes) {
    return Parser.parse("""
        module @m {
          func @f(%%q: tensor<[2,300,16] x %1$s>, %%k: tensor<[1,300,16] x %1$s>, %%v: tensor<[1,300,16] x %1$s>%2$s,
              %%n: tensor<[4] x i32>) {
            %%0 = attention %%q, %%k, %%v%3$s, %%n {scale = 0.25, causal = top_left%4$s, lengths = packed, to = %1$s}
                : tensor<[2,300,16] x %1$s>
            return %%0
          }
        }
        """.formatted(format, more, operands, attributes), "test", Registry.core()).functions().get("f");
  }

  private static Function unpacked(Function function) {
    return new RewriteDriver(new UnpackSequences()).apply(function, ImmutableMap.of());
  }

  private static List<Tensor> inputs(Function function) {
    Random random = new Random(2);
    double[] offsets = {10, 100, 240, 260};
    return function.parameters().stream().map(parameter -> Tensor.inOrder(
        parameter.tensorType(), i -> parameter.tensorType().format().isFloat()
            ? random.nextGaussian() : parameter.name().equals("n") ? offsets[i] : i % 3 % 2)).toList();
  }

  private static Operation attention(Function function) {
    return function.body().operations().stream()
        .filter(operation -> operation.op() instanceof Attention).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
      "'', '', '', 64", "', %m: tensor<[300] x bool>', ', %m', '', 64", "', %m: tensor<[300] x f16>', ', %m', '', 64",
      "'', '', ', scheme = sage3', 128"})
  void meansTheSame(String more, String operands, String attributes, int keys) {
    Function before = function("f16", more, operands, attributes);
    Function after = unpacked(before);
    Attention op = (Attention) attention(after).op();
    assertEquals(Shape.of(128, keys), op.blocks().orElseThrow());
    List<Tensor> inputs = inputs(before);
    assertArrayEquals(
        EXACT.run(before, inputs).getFirst().elements(), EXACT.run(after, inputs).getFirst().elements());
  }

  /** Tokens 10 to 99, 100 to 239 and 240 to 259: the second block of queries starts in the second of them. */
  @Test
  void blocksOfOneSequenceAreSelected() {
    Function before = function("f16", "", "", "");
    Function after = unpacked(before);
    Function selection = new Function("s", new Block(
        after.body().arguments(), after.body().operations(), ImmutableList.of(attention(after).operands().getLast())),
        Location.UNKNOWN);
    assertArrayEquals(
        new double[] {1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1},
        EXACT.run(selection, inputs(before)).getFirst().elements());
  }

  @Test
  void whatNoKernelTakesStays() {
    Function before = function("f32", "", "", "");
    assertSame(before, unpacked(before));
  }
}
