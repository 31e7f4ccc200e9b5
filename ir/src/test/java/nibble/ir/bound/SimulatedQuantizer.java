package nibble.ir.bound;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.layout.CodeRange;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRules;
import nibble.ir.op.Quantize;
import nibble.ir.op.Scales;

/** Quantizes as a kernel might: in f32, by quotients or reciprocals, by one scale after another or by their product. */
final class SimulatedQuantizer {
  private final Random random;
  /** Whether numbers are divided by scales, or multiplied by reciprocals. */
  private final boolean divides;
  /** 0: by the outer scale first, 1: by the inner one first, 2: by the product. */
  private final int order;

  SimulatedQuantizer(Random random) {
    this.random = random;
    this.divides = random.nextBoolean();
    this.order = random.nextInt(3);
  }

  /**
   * Scales and, of one level, what kernels divide by before it is rounded: the reciprocal of the amax times the limit.
   */
  private record Chosen(Tensor scales, double[] inverses) {}

  Tensor scales(Scales op, List<Tensor> operands, TensorType type) {
    ScaleLayout layout = new ScaleLayout(
        new Granularities.PerTensor(), type.format(), op.rule(), type.scale(), Optional.empty());
    double[] amax = Arrays.stream(operands.getFirst().elements()).map(Math::abs).toArray();
    return choose(amax, type, layout, op.codes(), operands.stream().skip(1).findFirst()).scales;
  }

  Tensor quantize(Quantize op, List<Tensor> operands, TensorType type) {
    double[] x = operands.getFirst().elements();
    TensorType first = type.withoutResidual();
    Chosen chosen = chosen(operands, type);
    Optional<Tensor> zeros = type.zeroType().map(points -> operands.size() == 3
        ? operands.get(2)
        : zeros(x, chosen, type, points));
    double[] codes = codes(x, chosen, zeros, first, op, 0);
    Tensor level = new Tensor(first, codes, Optional.of(chosen.scales), zeros, Optional.empty());
    return new Tensor(
        type, codes, level.scaleTensor(), zeros, type.residualType().map(second -> residual(x, level, second, op)));
  }

  private Chosen chosen(List<Tensor> operands, TensorType type) {
    if (operands.size() > 1 && operands.get(1).type().equals(type.scaleType())) {
      return new Chosen(operands.get(1), null);
    }
    double[] x = operands.getFirst().elements();
    ScaleLayout layout = type.scale().orElseThrow();
    NumberFormat format = type.format();
    Optional<Tensor> given = operands.stream().skip(1).findFirst();
    if (type.zeroType().isEmpty()) {
      return choose(amax(x, type), type.scaleType(), layout, CodeRange.of(format), given);
    }
    double[] most = extremes(x, type, 1);
    double[] least = extremes(x, type, -1);
    Arrays.setAll(most, box -> {
      double sum = most[box] + least[box];
      return Double.isFinite(sum) ? (float) Math.min(sum, Float.MAX_VALUE) : sum;
    });
    double span = format.max() - format.min();
    return choose(most, type.scaleType(), layout, new CodeRange(-span, span, 0, true), given);
  }

  private static double[] amax(double[] x, TensorType type) {
    return extremes(Arrays.stream(x).map(Math::abs).toArray(), type, 1);
  }

  private static double[] extremes(double[] x, TensorType type, int sign) {
    ScaleGrid grid = ScaleGrid.of(type);
    double[] extremes = new double[grid.boxes()];
    for (int i = 0; i < x.length; i++) {
      int box = grid.indexOf(i);
      extremes[box] = Math.max(extremes[box], sign * x[i]);
    }
    return extremes;
  }

  private Chosen choose(
      double[] amax, TensorType type, ScaleLayout layout, CodeRange codes, Optional<Tensor> given) {
    if (layout.outer().isEmpty()) {
      double[] scales = Arrays.stream(amax).map(most -> scale(most, layout, codes)).toArray();
      boolean early = layout.format().bits() >= Float.SIZE && layout.rule().isQuotient() && random.nextBoolean();
      double limit = layout.rule().leastCode(codes) < -codes.most() ? -codes.least() : codes.most();
      double[] inverses = new double[scales.length];
      Arrays.setAll(inverses, box -> scales[box] == 1 ? 1 : (float) (limit / amax[box]));
      return new Chosen(Tensor.of(type, scales), early ? inverses : null);
    }
    ScaleGrid grid = ScaleGrid.of(type);
    Tensor outer = given.orElseGet(() -> choose(
        amax(amax, type), type.scaleType(), layout.outer().get(), codes.times(layout.format()), given).scales);
    double[] inner = new double[amax.length];
    for (int i = 0; i < inner.length; i++) {
      inner[i] = scale(quotient(amax[i], outer.elements()[grid.indexOf(i)]), layout, codes);
    }
    return new Chosen(Tensor.scaled(type, inner, outer), null);
  }

  private double quotient(double x, double scale) {
    return divides ? (float) (x / scale) : (float) (x * (float) (1 / scale));
  }

  /** The scale from a quotient in f32, or from the bits of the amax. */
  private double scale(double amax, ScaleLayout layout, CodeRange codes) {
    if (!layout.rule().isQuotient() || !Double.isFinite(amax)) {
      return layout.scale(amax, codes);
    }
    double limit = layout.rule().leastCode(codes) < -codes.most() ? -codes.least() : codes.most();
    double quotient = divides ? (float) (amax / limit) : (float) (amax * (float) (1 / limit));
    NumberFormat format = layout.format();
    boolean up = layout.rule() == ScaleRules.UP;
    double scale = up ? format.decode(format.encode(quotient, Rounding.AWAY_FROM_ZERO)) : format.round(quotient);
    scale = Math.min(scale, format.max());
    return scale == 0 ? format.scaleOfZeros() : scale;
  }

  private Tensor zeros(double[] x, Chosen chosen, TensorType type, TensorType points) {
    double[] most = extremes(x, type, 1);
    NumberFormat codes = type.format();
    double[] zeros = new double[most.length];
    for (int box = 0; box < zeros.length; box++) {
      double code = Math.rint((float) (codes.max() - quotient(most[box], box, chosen)));
      zeros[box] = points.format().round(Math.clamp(Double.isNaN(code) ? 0 : code, codes.min(), codes.max()));
    }
    return Tensor.of(points, zeros);
  }

  private double quotient(double x, int box, Chosen chosen) {
    Tensor scales = chosen.scales;
    if (chosen.inverses != null) {
      return (float) (x * chosen.inverses[box]);
    }
    if (!scales.type().isScaled()) {
      return quotient(x, scales.elements()[box]);
    }
    double inner = scales.elements()[box];
    double outer = scales.scaleTensor().get().elements()[ScaleGrid.of(scales.type()).indexOf(box)];
    return switch (order) {
      case 0 -> quotient(quotient(x, outer), inner);
      case 1 -> quotient(quotient(x, inner), outer);
      default -> quotient(x, (float) (inner * outer));
    };
  }

  private double[] codes(
      double[] x, Chosen chosen, Optional<Tensor> zeros, TensorType type, Quantize op, int level) {
    ScaleGrid grid = ScaleGrid.of(type);
    CodeRange range = CodeRange.of(type.format());
    double least = type.scale().orElseThrow().rule().leastCode(range);
    double[] codes = new double[x.length];
    for (int i = 0; i < codes.length; i++) {
      int box = grid.indexOf(i);
      double quotient = quotient(x[i], box, chosen);
      Rounding rounding = op.rounding().at(type.format(), i, level);
      if (zeros.isPresent()) {
        double integer = Double.isNaN(quotient) ? 0 : rounding.toInteger(quotient);
        codes[i] = Math.clamp(
            integer + zeros.get().elements()[box], type.format().min(), type.format().max());
      } else {
        double code = type.format().decode(type.format().encode(quotient, rounding));
        codes[i] = Math.clamp(code, least, range.most());
      }
    }
    return codes;
  }

  private Tensor residual(double[] x, Tensor first, TensorType type, Quantize op) {
    double threshold = (float) (double) op.fallback().orElseThrow();
    double[] amax = amax(x, type);
    boolean fused = random.nextBoolean();
    double[] values = first.values();
    double[] left = new double[x.length];
    Arrays.setAll(left, i -> fused ? (float) (x[i] - values[i]) : (float) (x[i] - (float) values[i]));
    double[] range = amax(left, type);
    boolean[] flags = new boolean[amax.length];
    for (int box = 0; box < flags.length; box++) {
      flags[box] = amax[box] > threshold && Double.isFinite(amax[box]);
      range[box] = flags[box] ? range[box] : 0;
    }
    Chosen chosen = choose(
        range, type.scaleType(), type.scale().orElseThrow(), CodeRange.of(type.format()), Optional.empty());
    double[] inner = chosen.scales.elements().clone();
    Arrays.setAll(inner, box -> flags[box] ? inner[box] : 0);
    double[] codes = codes(left, chosen, Optional.empty(), type, op, 1);
    ScaleGrid grid = ScaleGrid.of(type);
    Arrays.setAll(codes, i -> flags[grid.indexOf(i)] ? codes[i] : 0);
    return Tensor.scaled(type, codes, chosen.scales.withElements(inner));
  }
}
