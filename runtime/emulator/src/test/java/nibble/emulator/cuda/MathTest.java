package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import nibble.emulator.KernelRun;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * Kernels of {@code math.cu}: CUDA's mathematics library, compiled into the kernels. What it promises ("CUDA C++
 * Programming Guide", "Mathematical Functions") holds only if the machine executes all of its PTX as a GPU does.
 */
class MathTest {
  private static final String SOURCE = "math";
  private static final int COUNT = 256;

  /** A function, how many ulp the library may be off, and how many with {@code --use_fast_math}; 0 is no promise. */
  private record Case(String name, double ulps, double fastUlps, DoubleBinaryOperator reference) {}

  private static Case of(String name, double ulps, double fastUlps, DoubleBinaryOperator reference) {
    return new Case(name, ulps, fastUlps, reference);
  }

  private static double erf(double x) {
    // Its series, which needs terms up to about 3 x^2, in double precision: alternating, so not for large arguments.
    if (Math.abs(x) > 4) {
      return Math.signum(x);
    }
    double sum = 0;
    double term = x;
    for (int n = 0; n < 200; n++) {
      sum += term / (2 * n + 1);
      term *= -x * x / (n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  /** In the order of the kernels, with the errors that the guide's tables give. */
  private static final List<Case> SINGLE = List.of(
      of("sin", 2, 0, (x, y) -> Math.sin(x)),
      of("cos", 2, 0, (x, y) -> Math.cos(x)),
      of("tan", 4, 0, (x, y) -> Math.tan(x)),
      of("exp", 2, 0, (x, y) -> Math.exp(x)),
      of("log", 1, 0, (x, y) -> Math.log(Math.abs(x))),
      of("log2", 1, 0, (x, y) -> Math.log(Math.abs(x)) / Math.log(2)),
      of("log10", 2, 0, (x, y) -> Math.log10(Math.abs(x))),
      of("pow", 4, 0, (x, y) -> Math.pow(Math.abs(x), y)),
      of("tanh", 2, 0, (x, y) -> Math.tanh(x)),
      of("rsqrt", 2, 2, (x, y) -> 1 / Math.sqrt(Math.abs(x))),
      of("cbrt", 1, 2, (x, y) -> Math.cbrt(x)),
      of("atan2", 3, 4, Math::atan2),
      of("asin of sin", 4, 0, (x, y) -> Math.asin((float) Math.sin(x))),
      of("hypot", 3, 4, Math::hypot),
      of("log1p", 1, 4, (x, y) -> Math.log1p(Math.abs(x))),
      of("expm1", 1, 4, (x, y) -> Math.expm1(x)),
      of("fmod", 0.5, 0.5, (x, y) -> x % y),
      of("erf", 2, 4, (x, y) -> erf(x)),
      of("exp2", 2, 2, (x, y) -> Math.pow(2, x)),
      of("sinh", 3, 8, (x, y) -> Math.sinh(x)),
      of("division", 0.5, 2, (x, y) -> x / y),
      of("sqrt", 0.5, 2, (x, y) -> Math.sqrt(Math.abs(x))));

  /** In the order of the kernels; Java's own functions are within 2 ulp. */
  private static final List<Case> DOUBLE = List.of(
      of("sin", 2, 2, (x, y) -> Math.sin(x)),
      of("cos", 2, 2, (x, y) -> Math.cos(x)),
      of("tan", 2, 2, (x, y) -> Math.tan(x)),
      of("exp", 1, 1, (x, y) -> Math.exp(x)),
      of("log", 1, 1, (x, y) -> Math.log(Math.abs(x))),
      of("log10", 1, 1, (x, y) -> Math.log10(Math.abs(x))),
      of("pow", 2, 2, (x, y) -> Math.pow(Math.abs(x), y)),
      of("tanh", 1, 1, (x, y) -> Math.tanh(x)),
      of("cbrt", 1, 1, (x, y) -> Math.cbrt(x)),
      of("atan2", 2, 2, Math::atan2),
      of("hypot", 2, 2, Math::hypot),
      of("log1p", 1, 1, (x, y) -> Math.log1p(Math.abs(x))),
      of("expm1", 1, 1, (x, y) -> Math.expm1(x)),
      of("fmod", 0, 0, (x, y) -> x % y),
      of("sinh", 2, 2, (x, y) -> Math.sinh(x)),
      of("remainder", 0, 0, Math::IEEEremainder));

  /** Arguments of usual size, some of them so large that sine and cosine need all bits of pi. */
  private static double[] numbers(long seed) {
    Random random = new Random(seed);
    double[] numbers = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      double x = random.nextGaussian() * (i % 3 == 0 ? 0.1 : 5);
      numbers[i] = (float) (i % 16 == 0 ? x * 1e6 : x);
    }
    numbers[0] = 0;
    return numbers;
  }

  private static void check(Case function, double ulps, double ulp, double x, double y, double found) {
    double expected = function.reference.applyAsDouble(x, y);
    String what = function.name + " of " + x + ", " + y + ": " + found + ", not " + expected;
    if (Double.isNaN(expected) || Double.isInfinite(expected)) {
      assertTrue(Double.compare(expected, found) == 0, what);
    } else {
      assertTrue(Math.abs(found - expected) <= ulps * ulp, what + " within " + ulps + " ulp");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void singlePrecision(CudaPtx ptx) {
    double[] a = numbers(1);
    double[] b = numbers(2);
    float[] x = new float[COUNT];
    float[] y = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      x[i] = (float) a[i];
      y[i] = (float) b[i];
    }
    KernelRun.Outcome outcome =
        ptx.kernel("math32").grid(2, COUNT / 2)
            .floats("a", x).floats("b", y).buffer("out", 4 * COUNT * SINGLE.size()).argument(COUNT)
            .run();
    float[] out = outcome.floats("out");
    for (int k = 0; k < SINGLE.size(); k++) {
      Case function = SINGLE.get(k);
      double ulps = ptx.isFast() ? function.fastUlps : function.ulps;
      for (int i = 0; i < COUNT && ulps > 0; i++) {
        double expected = function.reference.applyAsDouble(x[i], y[i]);
        if (ptx.isFast() && Math.abs(expected) < Float.MIN_NORMAL || Math.abs(expected) > Float.MAX_VALUE) {
          continue;
        }
        check(function, ulps, Math.ulp((float) expected), x[i], y[i], out[k * COUNT + i]);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void doublePrecision(CudaPtx ptx) {
    double[] a = numbers(3);
    double[] b = numbers(4);
    KernelRun.Outcome outcome =
        ptx.kernel("math64").grid(2, COUNT / 2)
            .doubles("a", a).doubles("b", b).buffer("out", 8 * COUNT * DOUBLE.size()).argument(COUNT)
            .run();
    double[] out = outcome.doubles("out");
    for (int k = 0; k < DOUBLE.size(); k++) {
      for (int i = 0; i < COUNT; i++) {
        Case function = DOUBLE.get(k);
        double expected = function.reference.applyAsDouble(a[i], b[i]);
        // Java may be off by as much again, but not in remainders.
        double ulps = function.ulps == 0 ? 0 : function.ulps + 2;
        check(function, ulps, Math.ulp(expected), a[i], b[i], out[k * COUNT + i]);
      }
    }
  }
}
