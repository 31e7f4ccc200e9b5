package nibble.codegen.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import nibble.codegen.lower.ScalarMachine.Bias;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.ir.op.Erf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each function's code, run with approximate instructions as wrong as they may be, against its bound. */
class ElementaryFunctionTest {
  private static final int SAMPLES = 20_000;

  private final KernelBuilder ptx = KernelBuilder.named("k");
  private final Register argument = ptx.fresh(RegisterType.F32);

  private static DoubleUnaryOperator exact(ElementaryFunction function) {
    return switch (function) {
      case EXP -> Math::exp;
      case LOG -> Math::log;
      case SQRT -> Math::sqrt;
      case RSQRT -> x -> 1 / Math.sqrt(x);
      case RECIPROCAL -> x -> 1 / x;
      case TANH -> Math::tanh;
      case ERF -> Erf::erf;
      case ERFC -> Erf::erfc;
      case SIN -> Math::sin;
      case COS -> Math::cos;
    };
  }

  private static boolean isDefined(ElementaryFunction function, float x) {
    return switch (function) {
      case LOG, SQRT, RSQRT -> x > 0;
      case RECIPROCAL -> x != 0;
      case EXP, TANH, ERF, ERFC, SIN, COS -> true;
    };
  }

  @ParameterizedTest
  @EnumSource
  void staysWithinItsBound(ElementaryFunction function) {
    Operand result = function.emit(new Code(ptx), argument);
    Kernel kernel = ptx.build();
    double worst = 0;
    for (float x : arguments(new Random(1))) {
      double expected = exact(function).applyAsDouble(x);
      double bound = function.error(x, expected);
      if (!isDefined(function, x) || bound == Double.POSITIVE_INFINITY || Math.abs(expected) > Float.MAX_VALUE) {
        continue;
      }
      for (Bias bias : Bias.values()) {
        float actual = ScalarMachine.run(kernel, argument, x, result, bias);
        double error = Math.abs(actual - expected);
        assertTrue(error <= bound, () -> function + " of " + x + " is " + actual + ", off by " + error + " > " + bound);
        worst = Math.max(worst, bound == 0 ? 0 : error / bound);
      }
    }
    System.out.printf("%s: at most %.3f of its bound%n", function, worst);
    assertTrue(worst > 0.1, "a bound that is ten times too wide proves little");
  }

  /** Of every magnitude, most near 1, all around the places where code changes. */
  private static List<Float> arguments(Random random) {
    List<Float> arguments = new ArrayList<>(List.of(
        0f, -0f, 1f, -1f, 0.5f, 2f, 4f, -4f, 10f, -10f, 88f, -87f, -104f, Float.MIN_VALUE, Float.MIN_NORMAL, 1e-30f,
        9999f));
    for (float cut : new float[] {ElementaryFunction.TANH_CUT, ElementaryFunction.ERF_CUT, 1, 4, (float) Math.PI}) {
      float at = cut;
      for (int i = 0; i < 50; i++) {
        at = Math.nextUp(at);
        arguments.add(at);
        arguments.add(-at);
        arguments.add(2 * cut - at);
      }
    }
    for (int i = 0; i < SAMPLES; i++) {
      arguments.add((float) random.nextGaussian());
      arguments.add((float) (random.nextGaussian() * Math.pow(2, random.nextInt(40) - 20)));
      arguments.add((random.nextBoolean() ? 1 : -1) * Float.intBitsToFloat(random.nextInt(0x7f800000)));
    }
    return arguments;
  }

  @ParameterizedTest
  @EnumSource
  void keepsNaN(ElementaryFunction function) {
    Operand result = function.emit(new Code(ptx), argument);
    float actual = ScalarMachine.run(ptx.build(), argument, Float.NaN, result, Bias.NONE);
    assertEquals(Float.NaN, actual, function + " of NaN");
  }

  @ParameterizedTest
  @CsvSource({
      "EXP,-Infinity,0", "EXP,Infinity,Infinity", "TANH,Infinity,1", "TANH,-Infinity,-1", "ERF,Infinity,1",
      "ERF,-Infinity,-1", "ERFC,-Infinity,2", "LOG,0,-Infinity", "LOG,Infinity,Infinity", "SQRT,Infinity,Infinity",
      "RSQRT,Infinity,0", "RECIPROCAL,Infinity,0", "EXP,0,1", "ERFC,0,1", "TANH,-0.0,-0.0", "ERF,-0.0,-0.0"})
  void limits(ElementaryFunction function, float x, float expected) {
    Operand result = function.emit(new Code(ptx), argument);
    assertEquals(expected, ScalarMachine.run(ptx.build(), argument, x, result, Bias.NONE));
  }
}
