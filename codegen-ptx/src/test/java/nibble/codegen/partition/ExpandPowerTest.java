package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.text.Parser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpandPowerTest {
  private static Module module(double exponent) {
    return Parser.parse("""
        module @m {
          func @f(%x: tensor<[5] x f32>) {
            %0 = constant {values = [EXPONENT]} : tensor<[] x f32>
            %1 = pow %x, %0 : tensor<[5] x f32>
            return %1
          }
        }
        """.replace("EXPONENT", String.valueOf(exponent)), "test", Registry.core());
  }

  private static Function expanded(Module module) {
    return new RewriteDriver(new ExpandPower()).apply(module.functions().get("f"), module.symbols());
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 1", "3, 2", "4, 2", "7, 4", "16, 4", "-1, 1", "-3, 3"})
  void integerPowersAreProducts(double exponent, int operations) {
    Module module = module(exponent);
    Function after = expanded(module);
    assertEquals(operations, after.body().operations().size(), after.body().operations().toString());
    Tensor x = Tensor.of(module.functions().get("f").parameters().getFirst().tensorType(), -2, -0.5, 1, 1.5, 3);
    Interpreter interpreter = new Interpreter(Mode.EXACT, WeightSource.NONE);
    double[] expected = interpreter.run(module.functions().get("f"), List.of(x)).getFirst().elements();
    double[] actual = interpreter.run(after, List.of(x)).getFirst().elements();
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 1e-14 * Math.abs(expected[i]));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, -1.5, 17, -17})
  void othersStay(double exponent) {
    Module module = module(exponent);
    assertSame(module.functions().get("f"), expanded(module));
  }
}
