package nibble.ir.op;

import java.util.Arrays;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRule;
import nibble.ir.layout.ScaleRules;

/** The scale of a box by its definition: powers of two by doubling, roundings upward by trying all codes. */
final class NaiveScales {
  private NaiveScales() {}

  /** The scales of boxes, and the scales of these. */
  static Tensor of(double[] amax, TensorType type, ScaleLayout layout, double most, NumberFormat codes) {
    if (layout.outer().isEmpty()) {
      return Tensor.of(type, Arrays.stream(amax).map(a -> scale(a, layout, most, codes)).toArray());
    }
    ScaleLayout outer = layout.outer().get();
    double product = most * layout.format().max();
    Indexed grid = new Indexed(type.shape().extents(), amax);
    double[] outerAmax = largest(grid, outer.granularity(), type.scaleType());
    double[] factors =
        Arrays.stream(outerAmax).map(a -> scale(a, outer, product, layout.format())).toArray();
    return inner(amax, type, layout, most, codes, Tensor.of(type.scaleType(), factors));
  }

  /** The inner scales for outer ones that are known. */
  static Tensor inner(
      double[] amax, TensorType type, ScaleLayout layout, double most, NumberFormat codes, Tensor outer) {
    Indexed grid = new Indexed(type.shape().extents(), amax);
    Indexed factors = Indexed.of(outer);
    double[] scales = new double[amax.length];
    for (int[] index : Indexed.indices(grid.extents())) {
      double factor = factors.get(Indexed.box(layout.outer().get().granularity(), index));
      scales[grid.position(index)] = scale(Math.abs(grid.get(index) / factor), layout, most, codes);
    }
    return Tensor.scaled(type, scales, outer);
  }

  /** The largest magnitudes of boxes. */
  static double[] largest(Indexed x, Granularity granularity, TensorType boxes) {
    double[] largest = new double[(int) boxes.shape().size().constant()];
    Indexed grid = new Indexed(boxes.shape().extents(), largest);
    for (int[] index : Indexed.indices(x.extents())) {
      int box = grid.position(Indexed.box(granularity, index));
      double magnitude = Math.abs(x.get(index));
      largest[box] = magnitude != magnitude || magnitude > largest[box] ? magnitude : largest[box];
    }
    return largest;
  }

  private static double scale(double amax, ScaleLayout layout, double most, NumberFormat codes) {
    NumberFormat format = layout.format();
    if (amax != amax || amax == Double.POSITIVE_INFINITY) {
      return Double.NaN;
    }
    double scale = unguarded(amax, layout.rule(), format, most, codes);
    double least = format.min() < 0 ? 1 : format.name().equals("ue8m0") ? 0x1p-127 : 0x1p-9;
    return scale == 0 ? least : scale > format.max() ? format.max() : scale;
  }

  private static double unguarded(
      double amax, ScaleRule rule, NumberFormat format, double most, NumberFormat codes) {
    return switch ((ScaleRules) rule) {
      case NEAREST -> format.round(amax / most);
      // Products of codes and inner scales have no lowest one that is left out.
      case FULL -> format.round(amax / (codes.isInteger() ? most + 1 : most));
      case UP -> up(amax / most, format);
      case FLOOR -> format.round(power(amax) / power(most));
      case CEIL -> format.round((power(amax) < amax ? 2 : 1) * power(amax) / power(most));
      case EVEN -> format.round(power(rounded(amax, codes)) / power(most));
    };
  }

  /** The largest power of two that is not above. */
  private static double power(double x) {
    double power = 1;
    while (power > x && power > 0) {
      power /= 2;
    }
    while (power > 0 && power < Double.POSITIVE_INFINITY && 2 * power <= x) {
      power *= 2;
    }
    return power;
  }

  /** To so many bits behind the leading one, ties away. */
  private static double rounded(double amax, NumberFormat codes) {
    double gap = power(amax) * Math.pow(2, -codes.mantissaBits());
    return gap == 0 ? 0 : Math.floor(amax / gap + 0.5) * gap;
  }

  private static double up(double x, NumberFormat format) {
    if (format.bits() == Float.SIZE) {
      return (float) x < x ? Math.nextUp((float) x) : (float) x;
    }
    double least = Double.POSITIVE_INFINITY;
    for (long code = 0; code < 1L << format.bits(); code++) {
      double value = format.decode(code);
      least = value >= x && value < least ? value : least;
    }
    // What is above all values saturates, in formats without infinity.
    return Double.isInfinite(least) ? format.max() : least;
  }
}
