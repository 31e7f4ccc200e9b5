package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.format.ExponentFormat;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.CodeRange;
import nibble.ir.layout.ScaleLayout;

/**
 * What the scales of a kernel may be, outer scales included.
 *
 * @param ranges for each box, the ranges in one of which its scale is: one, or the few values of a narrow format
 * @param replaced for each box, whether its scale may be so small that it is 1 instead, in the kernel or in
 *     interpretation
 */
record ScaleBounds(ImmutableList<ImmutableList<Range>> ranges, boolean[] replaced) {
  /** So many values of a narrow format are told apart; more are taken as a range. */
  private static final int FEW = 4;

  /**
   * A range of scales.
   *
   * @param low least
   * @param high largest
   * @param inner the least inner scale that kernels may divide by; the scale itself where there is one level
   * @param outer the least outer scale that kernels may divide by; 0 where there is one level
   * @param isPower whether it is of numbers of a format of powers of two alone
   */
  record Range(double low, double high, double inner, double outer, boolean isPower) {
    static Range oneLevel(double low, double high) {
      return new Range(low, high, low, 0, false);
    }

    /** One number of a format of scales. */
    static Range of(double scale, NumberFormat format) {
      return new Range(scale, scale, scale, 0, format instanceof ExponentFormat);
    }

    /** Error of a kernel's quotient by the scale. */
    double quotientError(double magnitude, ErrorModel model) {
      if (isPower) {
        return model.byPower(magnitude / low);
      }
      return outer == 0 ? Quotients.error(magnitude, low, model) : Quotients.error(magnitude, inner, outer, model);
    }

    /** Whether all scales in it are positive numbers. */
    boolean isPositive() {
      return low > 0 && Double.isFinite(high);
    }

    /** How far its ends are from a number. */
    double distance(double number) {
      return Math.max(Math.abs(low - number), Math.abs(high - number));
    }
  }

  /** Of scales that the kernel is given. */
  static ScaleBounds given(Approximate scales) {
    Tensor exact = scales.exact();
    double[] values = exact.values();
    double[] outer = exact.scaleTensor().map(tensor -> spread(tensor, exact.type())).orElse(null);
    ImmutableList.Builder<ImmutableList<Range>> ranges = ImmutableList.builder();
    for (int box = 0; box < values.length; box++) {
      double error = scales.error()[box];
      double low = error == 0 ? values[box] : Math.nextDown(values[box] - error);
      double high = error == 0 ? values[box] : Math.nextUp(values[box] + error);
      if (outer == null) {
        ranges.add(ImmutableList.of(
            error == 0 ? Range.of(low, exact.type().format()) : Range.oneLevel(low, high)));
      } else if (error == 0) {
        ranges.add(ImmutableList.of(new Range(low, high, exact.elements()[box], outer[box], false)));
      } else {
        // All that is known of the kernel's factors is their product.
        NumberFormat format = exact.type().format();
        ranges.add(ImmutableList.of(new Range(low, high, format.above(0), low / format.max(), false)));
      }
    }
    return new ScaleBounds(ranges.build(), new boolean[values.length]);
  }

  /** The outer scale of each inner one. */
  private static double[] spread(Tensor outer, TensorType type) {
    double[] spread = new double[Math.toIntExact(type.shape().size().constant())];
    ScaleGrid.of(type).forEachRun((from, to, box) -> Arrays.fill(spread, from, to, outer.elements()[box]));
    return spread;
  }

  /**
   * Bounds of plain scales.
   *
   * @param low least scale
   * @param high largest scale
   * @param replaced whether the scale may be so small that it is 1 instead
   */
  private record Level(double[] low, double[] high, boolean[] replaced) {
    Level(int count) {
      this(new double[count], new double[count], new boolean[count]);
    }

    void set(int box, double least, double most) {
      low[box] = least;
      high[box] = most;
    }

    /** The same for each element of a grid that these are the scales of. */
    Level spread(TensorType type) {
      Level spread = new Level(Math.toIntExact(type.shape().size().constant()));
      ScaleGrid.of(type).forEachRun((from, to, box) -> {
        Arrays.fill(spread.low, from, to, low[box]);
        Arrays.fill(spread.high, from, to, high[box]);
        Arrays.fill(spread.replaced, from, to, replaced[box]);
      });
      return spread;
    }

    static Level given(Approximate scales) {
      Level level = new Level(scales.exact().size());
      ScaleBounds bounds = ScaleBounds.given(scales);
      for (int box = 0; box < level.low.length; box++) {
        Range range = bounds.ranges.get(box).getFirst();
        level.set(box, range.low, range.high);
      }
      return level;
    }
  }

  /**
   * Of scales that follow from largest magnitudes.
   *
   * @param amax of each box; signs do not count
   * @param type type of the tensor of scales
   * @param layout of the boxes
   * @param codes over which boxes are spread
   * @param given outer scales that the kernel is given
   */
  static ScaleBounds dynamic(
      Approximate amax, TensorType type, ScaleLayout layout, CodeRange codes, Optional<Approximate> given,
      ErrorModel model) {
    double[] exact = amax.exact().elements();
    double[] low = new double[exact.length];
    double[] high = new double[exact.length];
    for (int box = 0; box < exact.length; box++) {
      double magnitude = Math.abs(exact[box]);
      low[box] = Math.max(0, magnitude - amax.error()[box]);
      high[box] = magnitude + amax.error()[box];
    }
    if (layout.outer().isEmpty()) {
      Level level = level(low, high, layout, codes, model);
      return new ScaleBounds(ranges(level, layout.format()), level.replaced);
    }
    ScaleGrid grid = ScaleGrid.of(type);
    Level outer = given.map(Level::given).orElseGet(() -> level(
        BoxExtremes.magnitudes(low, grid), BoxExtremes.magnitudes(high, grid), layout.outer().get(),
        codes.times(layout.format()), model)).spread(type);
    for (int box = 0; box < exact.length; box++) {
      double error = Quotients.error(high[box], outer.low[box], model);
      low[box] = Math.max(0, low[box] / outer.high[box] - error);
      // 0 times an infinite reciprocal is NaN.
      high[box] = high[box] == 0 && !Double.isNaN(error) ? 0 : high[box] / outer.low[box] + error;
    }
    Level inner = level(low, high, layout, codes, model);
    boolean[] replaced = inner.replaced;
    for (int box = 0; box < replaced.length; box++) {
      replaced[box] |= outer.replaced[box];
    }
    return new ScaleBounds(products(inner, outer, layout.format()), replaced);
  }

  private static Level level(double[] low, double[] high, ScaleLayout layout, CodeRange codes, ErrorModel model) {
    Level level = new Level(low.length);
    for (int box = 0; box < low.length; box++) {
      scale(level, box, low[box], high[box], layout, codes, model);
    }
    return level;
  }

  private static void scale(
      Level level, int box, double low, double high, ScaleLayout layout, CodeRange codes, ErrorModel model) {
    NumberFormat format = layout.format();
    if (high == 0) {
      double scale = layout.scale(0, codes);
      level.set(box, scale, scale);
      return;
    }
    double computed = layout.rule().isQuotient()
        ? codes.most() * Quotients.byConstant(high / codes.most(), codes.most(), model)
        : 0;
    double least = Math.max(0, low - computed);
    double most = layout.scale(high + computed, codes);
    if (format.isForScales()) {
      level.set(box, layout.scale(least, codes), most);
      return;
    }
    // What is rounded to 0 at most is 0 in any case.
    if (layout.rule().scale(Math.nextUp(high + computed), codes, format) == 0) {
      level.set(box, layout.scale(0, codes), layout.scale(0, codes));
      return;
    }
    // Without what a scale of 0 is replaced by.
    double smallest = Math.min(layout.rule().scale(least, codes, format), format.max());
    // What is computed before rounding may be flushed to 0; and what is rounded to more than one gap is no less than
    // one and a half, where half a gap rounds to 0.
    level.replaced[box] = !(smallest > Math.max(2 * Float.MIN_NORMAL, 2 * format.roundingError(0)));
    level.set(box, smallest, most);
    if (format.bits() >= Float.SIZE) {
      // As precise as what kernels compute in, so that they may divide by the quotient from before it was rounded.
      level.set(box, smallest - format.roundingError(smallest), most + format.roundingError(most));
    }
  }

  private static ImmutableList<ImmutableList<Range>> ranges(Level level, NumberFormat format) {
    ImmutableList.Builder<ImmutableList<Range>> ranges = ImmutableList.builder();
    for (int box = 0; box < level.low.length; box++) {
      double low = level.low[box];
      double high = level.high[box];
      List<Double> few = few(low, high, format);
      ranges.add(few.isEmpty()
          ? ImmutableList.of(new Range(low, high, low, 0, format instanceof ExponentFormat))
          : few.stream().map(scale -> Range.of(scale, format)).collect(ImmutableList.toImmutableList()));
    }
    return ranges.build();
  }

  private static ImmutableList<ImmutableList<Range>> products(Level inner, Level outer, NumberFormat format) {
    ImmutableList.Builder<ImmutableList<Range>> ranges = ImmutableList.builder();
    for (int box = 0; box < inner.low.length; box++) {
      double low = inner.low[box];
      double high = inner.high[box];
      // By an outer scale that is subnormal, quotients are anything.
      double outerLow = outer.replaced[box] ? Double.NaN : outer.low[box];
      double outerHigh = outer.high[box];
      List<Double> few = few(low, high, format);
      ranges.add(few.isEmpty()
          ? ImmutableList.of(product(low, high, outerLow, outerHigh))
          : few.stream().map(scale -> product(scale, scale, outerLow, outerHigh))
              .collect(ImmutableList.toImmutableList()));
    }
    return ranges.build();
  }

  private static Range product(double low, double high, double outerLow, double outerHigh) {
    boolean isExact = low == high && outerLow == outerHigh;
    double least = low * outerLow;
    double most = high * outerHigh;
    return new Range(
        isExact ? least : Math.nextDown(least), isExact ? most : Math.nextUp(most), low, outerLow,
        false);
  }

  /** The values of a narrow format from one to another; none where they are not few. Others need not be rounded yet. */
  private static List<Double> few(double low, double high, NumberFormat format) {
    List<Double> values = new ArrayList<>();
    if (format.bits() >= Float.SIZE || !(low > 0)) {
      return values;
    }
    double value = low;
    while (value <= high && values.size() < FEW) {
      values.add(value);
      value = format.above(value);
    }
    return value > high ? values : List.of();
  }

  /** The largest that the scale of a box may be, where it is not replaced. */
  double high(int box) {
    return ranges.get(box).stream().mapToDouble(Range::high).reduce(0, Math::max);
  }

  /** The least that the scale of a box may be, where it is not replaced. */
  double low(int box) {
    return ranges.get(box).stream().mapToDouble(Range::low).reduce(Double.POSITIVE_INFINITY, Math::min);
  }

  /**
   * How far the kernel's scale of a box may be from that number.
   *
   * @param isOneLevel whether there are no outer scales, by whose reciprocals quotients may be no numbers
   */
  double distance(int box, double scale, boolean isOneLevel) {
    // A scale of 0 is replaced, so that the least of a range that begins there is no matter.
    boolean mayBeZero = isOneLevel && replaced[box];
    double farthest = ranges.get(box).stream()
        .mapToDouble(range -> range.isPositive() || mayBeZero && range.low() <= 0 && Double.isFinite(range.high())
            ? range.distance(scale) : Double.POSITIVE_INFINITY)
        .reduce(0, Math::max);
    return replaced[box] ? Math.max(farthest, Math.max(1, scale) + high(box)) : farthest;
  }
}
