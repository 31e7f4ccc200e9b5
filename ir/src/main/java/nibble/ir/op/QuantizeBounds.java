package nibble.ir.op;

import java.util.List;
import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.format.Formats;
import nibble.ir.layout.CodeRange;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** How far the values of a kernel's quantizer may be from those of interpretation. */
final class QuantizeBounds {
  private final Quantize op;
  private final List<Approximate> operands;
  private final List<Approximate> made;
  private final Approximate x;
  private final Tensor exact;
  private final TensorType type;
  private final ErrorModel model;
  private final ScaleGrid grid;

  QuantizeBounds(
      Quantize op, List<Approximate> operands, List<Approximate> made, Tensor exact, ErrorModel model) {
    this.op = op;
    this.operands = operands;
    this.made = made;
    this.x = operands.getFirst();
    this.exact = exact;
    this.type = exact.type();
    this.model = model;
    this.grid = ScaleGrid.of(type);
  }

  double[] errors() {
    ScaleBounds scales = scales();
    Optional<ZeroBounds> zeros = type.zeroType().map(points -> operands.size() == 3
        ? ZeroBounds.given(operands.get(2), points.format())
        : ZeroBounds.dynamic(x, grid, scales, type.format(), points.format(), model));
    Quantizer quantizer = Quantizer.of(type.withoutResidual(), op.rounding(), 0);
    CodeBounds codes = new CodeBounds(type.withoutResidual(), quantizer, scales, zeros, model);
    if (exact.residual().isPresent()) {
      return new ResidualBounds(op, codes, x, exact, model).errors();
    }
    double[] values = exact.values();
    double[] errors = new double[values.length];
    grid.forEachRun((from, to, box) -> {
      for (int i = from; i < to; i++) {
        errors[i] = codes.error(i, box, x.exact().elements()[i], x.error()[i], values[i]);
      }
    });
    return errors;
  }

  private ScaleBounds scales() {
    boolean isAffine = type.zeroType().isPresent();
    CodeRange codes = isAffine ? Quantize.affineCodes(type.format()) : CodeRange.of(type.format());
    if (!made.isEmpty()) {
      return ScaleBounds.dynamic(
          made.getFirst(), type.scaleType(), type.scale().orElseThrow(), codes, made.stream().skip(1).findFirst(),
          model);
    }
    boolean given = operands.size() > 1 && operands.get(1).exact().type().equals(type.scaleType());
    if (given) {
      return ScaleBounds.given(operands.get(1));
    }
    ScaleLayout layout = type.scale().orElseThrow();
    return ScaleBounds.dynamic(
        isAffine ? spans() : magnitudes(),
        type.scaleType(),
        layout,
        codes,
        operands.stream().skip(1).findFirst(),
        model);
  }

  /** The largest magnitudes of boxes: each is off by no more than the worst element is. */
  private Approximate magnitudes() {
    return boxes(BoxExtremes.magnitudes(x.exact().elements(), grid), BoxExtremes.magnitudes(x.error(), grid));
  }

  /** The distances of the least and the largest elements of boxes, which kernels compute with one rounding. */
  private Approximate spans() {
    double[] spans = Quantize.spans(x.exact().elements(), grid);
    double[] errors = BoxExtremes.magnitudes(x.error(), grid);
    for (int box = 0; box < spans.length; box++) {
      double inherited = 2 * errors[box];
      double rounding = model.arithmetic(spans[box] + inherited) + ErrorModel.REFERENCE * spans[box];
      errors[box] = spans[box] == 0 && inherited == 0 ? 0 : inherited + rounding;
    }
    return boxes(spans, errors);
  }

  /** One number for each box, and how far it may be off. */
  static Approximate boxes(double[] exact, double[] errors) {
    return new Approximate(Tensor.of(TensorType.of(Shape.of(Dim.of(exact.length)), Formats.F64), exact), errors);
  }
}
