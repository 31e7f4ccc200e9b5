package nibble.ir.bound;

import java.util.Arrays;
import java.util.Random;
import nibble.ir.format.NumberFormat;

/** Sums and dot products as kernels compute them: f32 in some order, or the steps of a tensor core. */
final class SimulatedDot {
  /** Products of one step of the tensor core. */
  static final int STEP = 8;
  private static final int FRACTION_BITS = 24;
  private static final int LEAST_EXPONENT = -126;

  /** In which order terms are added. */
  enum Order {
    FORWARD,
    BACKWARD,
    TREE,
    SHUFFLED,
    LANES
  }

  private SimulatedDot() {}

  /** The sum of f32 terms. */
  static double sum(double[] terms, Order order, Random random) {
    return switch (order) {
      case FORWARD -> forward(terms);
      case BACKWARD -> forward(reversed(terms));
      case TREE -> tree(terms, 0, terms.length);
      case SHUFFLED -> forward(shuffled(terms, random));
      case LANES -> {
        // Each of 4 lanes adds every fourth term; then the lanes are added.
        double[] lanes = new double[4];
        for (int i = 0; i < terms.length; i++) {
          lanes[i % 4] = (float) (lanes[i % 4] + terms[i]);
        }
        yield tree(lanes, 0, 4);
      }
    };
  }

  private static double forward(double[] terms) {
    double sum = 0;
    for (double term : terms) {
      sum = (float) (sum + term);
    }
    return sum;
  }

  private static double[] reversed(double[] terms) {
    double[] reversed = new double[terms.length];
    for (int i = 0; i < terms.length; i++) {
      reversed[i] = terms[terms.length - 1 - i];
    }
    return reversed;
  }

  private static double[] shuffled(double[] terms, Random random) {
    double[] shuffled = terms.clone();
    for (int i = shuffled.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      double swapped = shuffled[i];
      shuffled[i] = shuffled[j];
      shuffled[j] = swapped;
    }
    return shuffled;
  }

  private static double tree(double[] terms, int from, int to) {
    if (to - from <= 1) {
      return to == from ? 0 : terms[from];
    }
    int middle = (from + to) / 2;
    return (float) (tree(terms, from, middle) + tree(terms, middle, to));
  }

  /** The dot product by fused multiply-adds, or by rounded products that are added in some order. */
  static double dot(double[] a, double[] b, boolean fused, Order order, Random random) {
    if (fused) {
      float sum = 0;
      for (int k = 0; k < a.length; k++) {
        sum = Math.fma((float) a[k], (float) b[k], sum);
      }
      return sum;
    }
    double[] products = new double[a.length];
    for (int k = 0; k < a.length; k++) {
      products[k] = (float) (a[k] * b[k]);
    }
    return sum(products, order, random);
  }

  /**
   * The dot product of a tensor core ("Accurate Models of NVIDIA Tensor Cores"): the terms of a step are aligned by the
   * largest of their exponents and truncated, the sum is exact, and is truncated to 24 bits. A subnormal operand has
   * the exponent of the least normal number of its format, and a zero that of f32.
   */
  static double tensorCore(double[] a, double[] b, NumberFormat format) {
    int least = Math.getExponent(format.leastNormal());
    double sum = 0;
    for (int from = 0; from < a.length; from += STEP) {
      int to = Math.min(a.length, from + STEP);
      int largest = exponent(sum, LEAST_EXPONENT);
      for (int k = from; k < to; k++) {
        largest = Math.max(largest, exponent(a[k], least) + exponent(b[k], least));
      }
      double unit = Math.scalb(1.0, largest - FRACTION_BITS);
      double aligned = truncated(sum, unit);
      for (int k = from; k < to; k++) {
        aligned += truncated(a[k] * b[k], unit);
      }
      sum = truncatedToF32(aligned);
    }
    return sum;
  }

  private static int exponent(double x, int least) {
    return x == 0 ? LEAST_EXPONENT : Math.max(least, Math.getExponent(x));
  }

  private static double truncated(double x, double unit) {
    // The quotient is exact; it may have no fraction to cut.
    double steps = x / unit;
    return (steps < 0 ? Math.ceil(steps) : Math.floor(steps)) * unit;
  }

  private static double truncatedToF32(double x) {
    float nearest = (float) x;
    if (Float.isInfinite(nearest)) {
      return Math.abs(x) > Float.MAX_VALUE * (1 + 0x1p-24) ? nearest : Math.copySign(Float.MAX_VALUE, x);
    }
    return Math.abs(nearest) > Math.abs(x) ? Math.nextAfter(nearest, 0) : nearest;
  }

  /** The largest magnitude. */
  static double largest(double[] elements) {
    return Arrays.stream(elements).map(Math::abs).max().orElse(0);
  }
}
