package nibble.ir.layout;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.Granularities.PerAxis;
import nibble.ir.layout.Granularities.PerBlock;
import nibble.ir.layout.Granularities.PerTensor;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * How codes become values: {@code value = scale * (code - zero)}, where a box of elements shares one scale and one
 * zero. Scales may have scales themselves; then {@code value = outer * scale * code}.
 *
 * @param granularity which elements share a scale
 * @param format the number format that scales are stored in
 * @param rule which scale a box gets for its amax
 * @param outer the scales of the scales; its granularity speaks of the grid of scales
 * @param zero format of the zero points of affine codes; none for symmetric codes, whose zero is 0
 */
public record ScaleLayout(
    Granularity granularity, NumberFormat format, ScaleRule rule, Optional<ScaleLayout> outer,
    Optional<NumberFormat> zero) {
  /** Formats up to here leave room for an outer scale that an f32 holds. */
  private static final double WIDEST_INNER = 0x1p64;

  public ScaleLayout {
    if (!format.isFloat() || !format.isArithmetic() && !format.isForScales()) {
      throw new IllegalArgumentException("scales are floating-point numbers, not " + format.name());
    }
    if (outer.isPresent()) {
      checkOuter(format, outer.get());
    }
    if (zero.isPresent()) {
      checkZero(zero.get(), rule);
    }
  }

  private static void checkOuter(NumberFormat format, ScaleLayout outer) {
    if (format.max() > WIDEST_INNER) {
      throw new IllegalArgumentException(
          "scales of " + format.name() + " have no scales themselves: its range is wide");
    }
    if (outer.outer.isPresent() || outer.zero.isPresent()) {
      throw new IllegalArgumentException("the scales of scales are plain numbers, not " + outer);
    }
    if (outer.format.isForScales()) {
      throw new IllegalArgumentException(
          "the scales of scales are numbers of a wide range, such as f32, not " + outer.format.name());
    }
  }

  private static void checkZero(NumberFormat zero, ScaleRule rule) {
    if (!zero.isInteger()) {
      throw new IllegalArgumentException("zero points are integers, not " + zero.name());
    }
    if (rule != ScaleRules.NEAREST) {
      throw new IllegalArgumentException(
          "the scale of affine codes spans the least and the largest element, which knows no rule '" + rule.keyword()
              + "'");
    }
  }

  /** Plain scales without zero points that are rounded to nearest. */
  public ScaleLayout(Granularity granularity, NumberFormat format) {
    this(granularity, format, ScaleRules.NEAREST, Optional.empty(), Optional.empty());
  }

  public ScaleLayout withRule(ScaleRule other) {
    return new ScaleLayout(granularity, format, other, outer, zero);
  }

  public ScaleLayout withOuter(ScaleLayout scalesOfScales) {
    return new ScaleLayout(granularity, format, rule, Optional.of(scalesOfScales), zero);
  }

  public ScaleLayout withZero(NumberFormat zeros) {
    return new ScaleLayout(granularity, format, rule, outer, Optional.of(zeros));
  }

  /** The layout of symmetric codes. */
  public ScaleLayout withoutZero() {
    return new ScaleLayout(granularity, format, rule, outer, Optional.empty());
  }

  /** The layout of a matrix the other way round; nothing for boxes that have no name there. */
  public Optional<ScaleLayout> transposed() {
    Optional<Granularity> turned = switch (granularity) {
      case PerTensor tensor -> Optional.of(tensor);
      case PerAxis axis -> Optional.of(new PerAxis(1 - axis.axis()));
      case PerBlock block -> Optional.of(new PerBlock(block.columns(), block.rows()));
      default -> Optional.empty();
    };
    Optional<ScaleLayout> turnedOuter = outer.flatMap(ScaleLayout::transposed);
    return turned
        .filter(known -> turnedOuter.isPresent() == outer.isPresent())
        .map(known -> new ScaleLayout(known, format, rule, turnedOuter, zero));
  }

  /**
   * The scale of a box, decoded and in the format of scales (without an outer scale).
   *
   * <table>
   * <caption>What holds for every rule</caption>
   * <tr><th>amax</th><th>scale</th></tr>
   * <tr><td>NaN or infinite</td><td>NaN, which makes all values of the box NaN</td></tr>
   * <tr><td>0, or so small that the rule gives 0</td><td>1; the least of a format for scales alone</td></tr>
   * <tr><td>so large that the rule leaves the format</td><td>the largest finite one: the box is clipped</td></tr>
   * </table>
   *
   * @param amax the largest magnitude of the box
   * @param codes over which the box is spread
   */
  public double scale(double amax, CodeRange codes) {
    if (!Double.isFinite(amax)) {
      return Double.NaN;
    }
    double scale = Math.min(rule.scale(amax, codes, format), format.max());
    return scale > 0 ? scale : format.scaleOfZeros();
  }

  /**
   * Shape of the tensor of scales: one scale for each box, boxes in row-major order.
   *
   * <p>A box that is larger than what is left of an axis counts as one, so an extent is rounded up.
   *
   * @throws IllegalArgumentException where the shape has too few axes
   */
  public Shape scaleShape(Shape shape) {
    ImmutableList<Dim> box = granularity.box(shape);
    ImmutableList.Builder<Dim> dims = ImmutableList.builder();
    for (int axis = 0; axis < shape.rank(); axis++) {
      Dim extent = shape.dim(axis);
      Dim side = box.get(axis);
      Optional<Interleaving> rows = axis == shape.rank() - 2 ? granularity.interleaving() : Optional.empty();
      if (rows.isPresent()) {
        dims.add(rows.get().count(extent));
        continue;
      }
      dims.add(side.equals(extent) ? Dim.ONE : extent.ceilDiv(side.constant()));
    }
    return Shape.of(dims.build());
  }

  @Override
  public String toString() {
    return "scale<" + granularity.text() + ", " + format.name()
        + (rule == ScaleRules.NEAREST ? "" : ", " + rule.keyword())
        + outer.map(layout -> ", " + layout).orElse("")
        + zero.map(zeros -> ", zero " + zeros.name()).orElse("") + ">";
  }
}
