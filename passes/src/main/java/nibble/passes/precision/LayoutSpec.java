package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.RoundingMode;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRule;
import nibble.ir.layout.ScaleRules;
import nibble.ir.op.Quantize;
import nibble.passes.pipeline.OptionSyntax;

/**
 * How an operand of a matrix product is to be quantized: parts with colons between, of which the first two are needed.
 *
 * <table>
 * <caption>The parts, in order</caption>
 * <tr><th>part</th><th>such as</th><th>unless given</th></tr>
 * <tr><td>format of the codes</td><td>{@code i8}, {@code e4m3}, {@code e2m1}</td><td></td></tr>
 * <tr><td>granularity of the scales</td><td>{@code channel}, {@code token}, {@code block(32,32)}, {@code group 16}</td>
 * <td></td></tr>
 * <tr><td>format of the scales</td><td>{@code f16}, {@code ue8m0}</td><td>{@code f32}</td></tr>
 * <tr><td>rule of the scales</td><td>{@code up}</td><td>{@code nearest}</td></tr>
 * <tr><td>outer scales</td><td>{@code tensor f32}</td><td>none</td></tr>
 * <tr><td>zero points</td><td>{@code zero(u4)}</td><td>none: symmetric codes</td></tr>
 * <tr><td>residual of boxes whose amax is above a threshold</td><td>{@code residual(i8)}, {@code residual(i8,4.0)}</td>
 * <td>none; a residual without a threshold is that of all boxes</td></tr>
 * <tr><td>rounding of codes</td><td>{@code stochastic(7,0)}</td><td>{@code nearest_even}</td></tr>
 * </table>
 *
 * <p>So {@code e2m1:group 16:ue4m3:tensor f32} is NVFP4, {@code e4m3:group 32:ue8m0:up} MXFP8, {@code
 * i8:block(128,128):residual(i8,4.0)} block fallback. Granularities are those of the registry and {@code channel};
 * outer ones speak of the grid of scales.
 *
 * @param format of the codes
 * @param granularity which elements share a scale; none for {@code channel}, which depends on how the operand is stored
 * @param scale format of the scales
 * @param rule which scale a box gets
 * @param outer scales of the scales
 * @param zero format of zero points
 * @param residual format of a second level of codes
 * @param fallback the amax above which a box has a residual; given where there is a residual
 * @param rounding of codes
 */
public record LayoutSpec(
    NumberFormat format, Optional<Granularity> granularity, NumberFormat scale, ScaleRule rule,
    Optional<ScaleLayout> outer, Optional<NumberFormat> zero, Optional<NumberFormat> residual,
    Optional<Double> fallback, RoundingMode rounding) {
  /** As an option of passes. */
  public static final OptionSyntax<LayoutSpec> SYNTAX = new OptionSyntax<>(
      LayoutSpec.class, "a format and a granularity such as i8:channel", LayoutSpec::parse, LayoutSpec::toString);

  static final String CHANNEL = "channel";
  static final String ZERO = "zero";
  static final String RESIDUAL = "residual";

  /** Symmetric codes of one level with scales by the usual rule. */
  LayoutSpec(NumberFormat format, Optional<Granularity> granularity) {
    this(format, granularity, Formats.F32, ScaleRules.NEAREST, Optional.empty(), Optional.empty(), Optional.empty(),
        Optional.empty(), FixedRounding.NEAREST_EVEN);
  }

  /**
   * Reads a layout.
   *
   * @throws nibble.ir.diagnostic.InputException where a part is unknown or does not go with the others
   */
  public static LayoutSpec parse(String text, Registry registry) {
    return new LayoutReader(text, registry).read();
  }

  /**
   * The quantizer of a tensor.
   *
   * @param stored the plain tensor that is quantized
   * @param boxes which elements of it share a scale
   * @param outerBoxes which scales share an outer one, where there are outer scales
   * @throws IllegalArgumentException where the parts do not fit each other or the tensor
   */
  Quantize quantize(TensorType stored, Granularity boxes, Optional<Granularity> outerBoxes) {
    Optional<ScaleLayout> outerLayout = outer.map(layout -> new ScaleLayout(
        outerBoxes.orElseThrow(), layout.format(), layout.rule(), Optional.empty(), Optional.empty()));
    TensorType type = stored.plain(format).withScale(new ScaleLayout(boxes, scale, rule, outerLayout, zero));
    TensorType whole = residual.map(type::withResidual).orElse(type);
    Quantize quantize = new Quantize(rounding, fallback, whole);
    quantize.infer(ImmutableList.of(stored));
    return quantize;
  }

  LayoutSpec withScale(NumberFormat other) {
    return new LayoutSpec(format, granularity, other, rule, outer, zero, residual, fallback, rounding);
  }

  LayoutSpec withRule(ScaleRule other) {
    return new LayoutSpec(format, granularity, scale, other, outer, zero, residual, fallback, rounding);
  }

  LayoutSpec withOuter(ScaleLayout other) {
    return new LayoutSpec(format, granularity, scale, rule, Optional.of(other), zero, residual, fallback, rounding);
  }

  LayoutSpec withZero(NumberFormat other) {
    return new LayoutSpec(format, granularity, scale, rule, outer, Optional.of(other), residual, fallback, rounding);
  }

  LayoutSpec withResidual(NumberFormat other, double threshold) {
    return new LayoutSpec(
        format, granularity, scale, rule, outer, zero, Optional.of(other), Optional.of(threshold), rounding);
  }

  LayoutSpec withRounding(RoundingMode other) {
    return new LayoutSpec(format, granularity, scale, rule, outer, zero, residual, fallback, other);
  }

  /** The text that {@link #parse} reads. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(format.name());
    text.append(':').append(granularity.map(Granularity::text).orElse(CHANNEL));
    text.append(scale.equals(Formats.F32) ? "" : ":" + scale.name()).append(rule(rule));
    outer.ifPresent(layout -> text.append(':').append(layout.granularity().text()).append(' ')
        .append(layout.format().name()).append(rule(layout.rule())));
    zero.ifPresent(zeros -> text.append(":" + ZERO + "(").append(zeros.name()).append(')'));
    residual.ifPresent(codes -> text.append(":" + RESIDUAL + "(").append(codes.name())
        .append(fallback.orElse(0.0) == 0 ? "" : "," + fallback.get()).append(')'));
    return text.append(rounding == FixedRounding.NEAREST_EVEN ? "" : ":" + rounding.text()).toString();
  }

  private static String rule(ScaleRule rule) {
    return rule == ScaleRules.NEAREST ? "" : ":" + rule.keyword();
  }

  /**
   * Refuses what activations can't have.
   *
   * @throws IllegalArgumentException where scales are per output channel, which weights have
   */
  void requireForActivations() {
    if (granularity.isEmpty()) {
      throw new IllegalArgumentException(
          "channel is for weights; activations take tensor, token, block(r,c) or group n");
    }
  }
}
