package nibble.ir.op;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.RoundingMode;
import nibble.ir.layout.CodeRange;
import nibble.ir.layout.ScaleLayout;

/**
 * Quantization to a scaled type.
 *
 * <p>With one operand scales are dynamic. Of symmetric codes the scale of a box follows from its largest magnitude
 * (amax) by the rule of the layout; {@link ScaleLayout#scale} says what becomes of an amax of 0, of infinity and NaN.
 * Of affine codes it is the distance of the least and the largest element, both at least on their side of 0, and at
 * most the largest f32, over that of the least and the largest code; the zero point is the code of 0, {@code
 * round(largest code - largest element / scale)}. Further operands are known parts: a tensor of all scales and, of
 * affine codes, one of zero points; or the outer scales alone. Zero points may come in a wider integer format than the
 * type's, as kernels compute them, and are what that can hold of them.
 *
 * <p>A code is {@code round(element / scale)}, clipped to the codes that the rule uses; of affine codes the zero point
 * is added before clipping. A NaN or an infinity makes the scale of its box NaN, and so all values of the box. Boxes at
 * the edge of an axis have what elements there are.
 *
 * <p>A residual is a second quantization of what the first leaves of the boxes whose amax is finite and above the
 * threshold (dynamic block-level fallback, "Accurate INT8 Training Through Dynamic Block-Level Fallback"); the residual
 * scale of other boxes is 0. That of a box of which nothing is left is 1, or the least one, as of any box of zeros.
 *
 * @param rounding how quotients become codes
 * @param fallback the threshold, for types with a residual: infinity for no box, 0 for all that are not zero
 * @param result the scaled type
 */
@OpInfo(
    name = "quantize",
    summary = "codes and scales that stand for the elements",
    rounding = "the scale is rounded to its format, the quotient to a code; both also in exact interpretation")
public record Quantize(RoundingMode rounding, Optional<Double> fallback, TensorType result) implements TensorOp {
  public Quantize {
    if (fallback.isPresent() && !(fallback.get() >= 0)) {
      throw new IllegalArgumentException("the threshold of fallback is a magnitude, not " + fallback.get());
    }
  }

  /** Quantization without a residual. */
  public Quantize(RoundingMode rounding, TensorType result) {
    this(rounding, Optional.empty(), result);
  }

  /** Quantization to nearest even, with residuals of all boxes where the type has them. */
  public static Quantize nearest(TensorType type) {
    return new Quantize(FixedRounding.NEAREST_EVEN, type.residual().map(codes -> 0.0), type);
  }

  @Override
  public TensorType infer(List<TensorType> operands) {
    if (operands.isEmpty() || operands.size() > 3) {
      throw new TypeRuleException(
          "quantize takes a tensor and perhaps its scales and zero points, not " + operands.size() + " operands");
    }
    TensorType x = expectFloat(operands.getFirst());
    if (!result.isScaled() || !result.shape().equals(x.shape())) {
      throw new TypeRuleException("quantize from " + x + " gives a scaled type of the same shape, not " + result);
    }
    if (result.sparse().isPresent() || result.format().equals(Formats.BOOL) || result.format().isForScales()) {
      throw new TypeRuleException("quantize gives a dense tensor of numbers, not " + result);
    }
    expectRounding(result.format());
    result.residual().ifPresent(this::expectRounding);
    if (fallback.isPresent() != result.residual().isPresent()) {
      throw new TypeRuleException(result.residual().isPresent()
          ? "the threshold above which boxes of " + result + " have a residual is missing"
          : "the threshold of fallback is for types with a residual, not " + result,
          result.residual().isPresent() ? "such as fallback = 0.0, for all boxes" : "such as residual<i8>");
    }
    expectParts(operands.subList(1, operands.size()));
    return result;
  }

  private void expectRounding(NumberFormat format) {
    if (!(rounding instanceof FixedRounding) && format.stochasticBits() == 0) {
      throw new TypeRuleException(
          "nothing is rounded to " + format.name() + " at random: kernels compute in f32 themselves");
    }
  }

  private void expectParts(List<TensorType> parts) {
    if (parts.isEmpty()) {
      return;
    }
    TensorType scales = parts.getFirst();
    boolean outerOnly = isOuter(scales);
    if (!outerOnly && !scales.equals(result.scaleType())) {
      throw new TypeRuleException("the scales of " + result + " have type " + result.scaleType() + ", not " + scales);
    }
    Optional<TensorType> zeros = outerOnly ? Optional.empty() : result.zeroType();
    if (!areZeros(parts.stream().skip(1).findFirst(), zeros)) {
      throw new TypeRuleException(zeros
          .map(type -> "the scales of " + result + " are given, and so must its zero points, of type " + type)
          .orElse("there are no zero points to give to " + result + " besides " + scales));
    }
  }

  private static boolean areZeros(Optional<TensorType> given, Optional<TensorType> wanted) {
    if (given.isEmpty() || wanted.isEmpty()) {
      return given.equals(wanted);
    }
    NumberFormat format = given.get().format();
    NumberFormat own = wanted.get().format();
    return given.get().equals(wanted.get().plain(format))
        && (format.equals(own) || format.isInteger() && format.min() <= own.min() && format.max() >= own.max());
  }

  private boolean isOuter(TensorType scales) {
    return result.scaleType().isScaled() && scales.equals(result.scaleType().scaleType());
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType type) {
    Tensor x = operands.getFirst();
    ScaleGrid grid = ScaleGrid.of(type);
    TensorType firstType = type.withoutResidual();
    Tensor scales = scales(operands, type, grid);
    Optional<Tensor> zeros = type.zeroType().map(points -> operands.size() == 3
        ? Tensor.of(points, operands.get(2).elements()).rounded()
        : zeros(BoxExtremes.most(x.elements(), grid), scales.values(), type.format(), points));
    double[] codes = codes(x.elements(), scales.values(), zeros, grid, Quantizer.of(firstType, rounding, 0));
    Tensor first = new Tensor(firstType, codes, Optional.of(scales), zeros, Optional.empty());
    return type.residualType()
        .map(second -> new Tensor(type, codes, Optional.of(scales), zeros, Optional.of(residual(x, first, second))))
        .orElse(first);
  }

  private Tensor scales(List<Tensor> operands, TensorType type, ScaleGrid grid) {
    Optional<Tensor> given = operands.stream().skip(1).findFirst();
    if (given.isPresent() && !isOuter(given.get().type(), type)) {
      return given.get();
    }
    double[] x = operands.getFirst().elements();
    ScaleLayout layout = type.scale().orElseThrow();
    return type.zeroType().isPresent()
        ? new DynamicScales(layout, affineCodes(type.format())).of(spans(x, grid), type.scaleType(), given)
        : new DynamicScales(layout, CodeRange.of(type.format()))
            .of(BoxExtremes.magnitudes(x, grid), type.scaleType(), given);
  }

  private static boolean isOuter(TensorType scales, TensorType type) {
    return !scales.equals(type.scaleType());
  }

  /** The distances between codes: an affine scale spreads over them the distance of elements. */
  static CodeRange affineCodes(NumberFormat format) {
    double span = format.max() - format.min();
    return new CodeRange(-span, span, format.mantissaBits(), true);
  }

  static double[] spans(double[] x, ScaleGrid grid) {
    double[] spans = BoxExtremes.most(x, grid);
    double[] least = BoxExtremes.least(x, grid);
    Arrays.setAll(spans, box -> {
      double span = spans[box] - least[box];
      return Double.isFinite(span) ? Math.min(span, Float.MAX_VALUE) : span;
    });
    return spans;
  }

  private static Tensor zeros(double[] most, double[] scales, NumberFormat codes, TensorType type) {
    double[] zeros = new double[most.length];
    Arrays.setAll(zeros, box -> zero(codes.max() - most[box] / scales[box], codes, type.format()));
    return Tensor.of(type, zeros);
  }

  /** The zero point for that code of 0 before rounding. */
  static double zero(double code, NumberFormat codes, NumberFormat zeros) {
    return zeros.round(Double.isNaN(code) ? 0 : Math.clamp(Math.rint(code), codes.min(), codes.max()));
  }

  /**
   * How the quotient of an element and its scale becomes a code.
   *
   * @throws IllegalArgumentException of affine codes, and those that are rounded at random: there is more to these
   */
  public DoubleUnaryOperator coder() {
    if (result.zeroType().isPresent() || !(rounding instanceof FixedRounding)) {
      throw new IllegalArgumentException("a code of " + result + " depends on more than the element and its scale");
    }
    Quantizer quantizer = Quantizer.of(result.withoutResidual(), rounding, 0);
    return quotient -> quantizer.code(quotient, 0, 0);
  }

  private static double[] codes(
      double[] x, double[] scales, Optional<Tensor> zeros, ScaleGrid grid, Quantizer quantizer) {
    double[] codes = new double[x.length];
    double[] points = zeros.map(Tensor::elements).orElse(null);
    grid.forEachRun((from, to, box) -> {
      double zero = points == null ? 0 : points[box];
      for (int i = from; i < to; i++) {
        codes[i] = quantizer.code(x[i] / scales[box], zero, i);
      }
    });
    return codes;
  }

  private Tensor residual(Tensor x, Tensor first, TensorType type) {
    ScaleGrid grid = ScaleGrid.of(type);
    boolean[] flags = flags(BoxExtremes.magnitudes(x.elements(), grid));
    double[] left = first.values();
    Arrays.setAll(left, i -> x.elements()[i] - left[i]);
    double[] amax = BoxExtremes.magnitudes(left, grid);
    Arrays.setAll(amax, box -> flags[box] ? amax[box] : 0);
    Tensor dynamic = new DynamicScales(type.scale().orElseThrow(), CodeRange.of(type.format()))
        .of(amax, type.scaleType(), Optional.empty());
    double[] flagged = dynamic.elements().clone();
    Arrays.setAll(flagged, box -> flags[box] ? flagged[box] : 0);
    Tensor scales = dynamic.withElements(flagged);
    double[] factors = scales.values();
    Quantizer quantizer = Quantizer.of(type, rounding, 1);
    double[] codes = new double[left.length];
    grid.forEachRun((from, to, box) -> {
      for (int i = from; i < to; i++) {
        codes[i] = flags[box] ? quantizer.code(left[i] / factors[box], 0, i) : 0;
      }
    });
    return Tensor.scaled(type, codes, scales);
  }

  /** Which boxes have a residual. */
  private boolean[] flags(double[] amax) {
    double threshold = fallback.orElseThrow();
    boolean[] flags = new boolean[amax.length];
    for (int box = 0; box < flags.length; box++) {
      flags[box] = Double.isFinite(amax[box]) && amax[box] > threshold;
    }
    return flags;
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor exact, ErrorModel model) {
    return new QuantizeBounds(this, operands, List.of(), exact, model).errors();
  }

  /**
   * The same where given scales come from {@link Scales}: a range says more of the few scales that it may lead to than
   * the largest distance of one of them does.
   *
   * @param scales what made the second operand
   * @param made of what it made it: ranges, and perhaps outer scales
   */
  public double[] error(
      List<Approximate> operands, Scales scales, List<Approximate> made, Tensor exact, ErrorModel model) {
    ScaleLayout layout = result.scale().orElseThrow();
    boolean isOwnRule = scales.elements().equals(result.format()) && scales.inner().isEmpty()
        && scales.rule().equals(layout.rule())
        && operands.size() == 2 && result.zeroType().isEmpty()
        && scales.result().isScaled() == layout.outer().isPresent();
    return isOwnRule
        ? new QuantizeBounds(this, operands, made, exact, model).errors()
        : error(operands, exact, model);
  }
}
