package nibble.ir.op;

import java.util.List;
import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRules;

/** Quantization by its definition, one element after another. */
final class NaiveQuantize {
  private final Quantize op;
  private final Indexed x;
  private final TensorType type;
  private final ScaleLayout layout;
  private final List<int[]> indices;

  NaiveQuantize(Quantize op, Tensor x, TensorType type) {
    this.op = op;
    this.x = Indexed.of(x);
    this.type = type;
    this.layout = type.scale().orElseThrow();
    this.indices = Indexed.indices(x.extents());
  }

  Tensor quantize(List<Tensor> operands) {
    NumberFormat format = type.format();
    boolean affine = type.zeroType().isPresent();
    Tensor scales;
    if (operands.size() > 1 && operands.get(1).type().equals(type.scaleType())) {
      scales = operands.get(1);
    } else {
      double[] range = affine ? spans() : NaiveScales.largest(x, layout.granularity(), type.scaleType());
      double most = affine ? format.max() - format.min() : format.symmetricMax();
      scales = operands.size() > 1
          ? NaiveScales.inner(range, type.scaleType(), layout, most, format, operands.get(1))
          : NaiveScales.of(range, type.scaleType(), layout, most, format);
    }
    Optional<Tensor> zeros = type.zeroType().map(points ->
        operands.size() == 3 ? operands.get(2) : zeros(points, Indexed.values(scales)));
    double[] codes = new double[indices.size()];
    for (int i = 0; i < codes.length; i++) {
      double quotient = x.get(indices.get(i)) / Indexed.values(scales).get(box(i));
      codes[i] = affine
          ? affineCode(quotient, Indexed.of(zeros.orElseThrow()).get(box(i)), i)
          : code(quotient, format, i, 0);
    }
    TensorType firstType = type.withoutResidual();
    Tensor first = new Tensor(firstType, codes, Optional.of(scales), zeros, Optional.empty());
    return new Tensor(type, codes, Optional.of(scales), zeros, type.residualType().map(t -> residual(first, t)));
  }

  private int[] box(int element) {
    return Indexed.box(layout.granularity(), indices.get(element));
  }

  private double[] extremes(boolean largest) {
    double[] extremes = new double[(int) type.scaleType().shape().size().constant()];
    Indexed grid = new Indexed(type.scaleType().shape().extents(), extremes);
    for (int i = 0; i < indices.size(); i++) {
      double element = x.get(indices.get(i));
      int box = grid.position(box(i));
      boolean beyond = largest ? element > extremes[box] : element < extremes[box];
      extremes[box] = element != element || beyond ? element : extremes[box];
    }
    return extremes;
  }

  private double[] spans() {
    double[] most = extremes(true);
    double[] least = extremes(false);
    for (int box = 0; box < most.length; box++) {
      most[box] -= least[box];
      // Larger distances are none of f32; what is not finite stays so.
      most[box] = most[box] < Double.POSITIVE_INFINITY && most[box] > Float.MAX_VALUE ? Float.MAX_VALUE : most[box];
    }
    return most;
  }

  private Tensor zeros(TensorType points, Indexed scales) {
    double[] zeros = extremes(true);
    for (int box = 0; box < zeros.length; box++) {
      double code = Math.rint(type.format().max() - zeros[box] / scales.elements()[box]);
      double bounded = code != code ? 0 : Math.max(type.format().min(), Math.min(type.format().max(), code));
      zeros[box] = Math.max(points.format().min(), Math.min(points.format().max(), bounded));
    }
    return Tensor.of(points, zeros);
  }

  private double affineCode(double quotient, double zero, int element) {
    double integer = op.rounding().at(type.format(), element, 0).toInteger(quotient);
    double code = integer != integer ? zero : integer + zero;
    return code < type.format().min() ? type.format().min() : code > type.format().max() ? type.format().max() : code;
  }

  private double code(double quotient, NumberFormat format, int element, int level) {
    double code = format.decode(format.encode(quotient, op.rounding().at(format, element, level)));
    double most = format.symmetricMax();
    double least = layout.rule() == ScaleRules.FULL ? format.min() : -most;
    return code < least ? least : code > most ? most : code;
  }

  private Tensor residual(Tensor first, TensorType second) {
    double threshold = op.fallback().orElseThrow();
    double[] amax = NaiveScales.largest(x, layout.granularity(), type.scaleType());
    double[] left = Indexed.values(first).elements();
    for (int i = 0; i < left.length; i++) {
      left[i] = x.elements()[i] - left[i];
    }
    double[] range =
        NaiveScales.largest(new Indexed(x.extents(), left), layout.granularity(), type.scaleType());
    for (int box = 0; box < range.length; box++) {
      range[box] = flagged(amax[box], threshold) ? range[box] : 0;
    }
    NumberFormat format = second.format();
    Tensor scales =
        NaiveScales.of(range, second.scaleType(), second.scale().orElseThrow(), format.symmetricMax(), format);
    double[] inner = scales.elements().clone();
    for (int box = 0; box < inner.length; box++) {
      inner[box] = flagged(amax[box], threshold) ? inner[box] : 0;
    }
    Tensor given = scales.withElements(inner);
    double[] codes = new double[left.length];
    Indexed grid = Indexed.values(given);
    for (int i = 0; i < codes.length; i++) {
      boolean isFlagged = flagged(amax[grid.position(box(i))], threshold);
      codes[i] = isFlagged ? code(left[i] / grid.get(box(i)), format, i, 1) : 0;
    }
    return Tensor.scaled(second, codes, given);
  }

  private static boolean flagged(double amax, double threshold) {
    return amax > threshold && amax < Double.POSITIVE_INFINITY;
  }
}
