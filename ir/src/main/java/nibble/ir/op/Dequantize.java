package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.format.NumberFormat;

/**
 * The values that codes and scales stand for.
 *
 * @param to format of the result
 */
@OpInfo(
    name = "dequantize",
    summary = "the values that codes and scales stand for",
    rounding = "one rounding of the product of code and scale; of two scales and of a residual, one for each more")
public record Dequantize(NumberFormat to) implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    if (!operands.getFirst().isScaled()) {
      throw new TypeRuleException("dequantize takes a scaled tensor, not " + operands.getFirst());
    }
    if (!to.isFloat()) {
      throw new TypeRuleException("dequantize gives floating-point elements, not " + to.name());
    }
    return operands.getFirst().plain(to);
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    return Tensor.of(result, operands.getFirst().values());
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    Approximate operand = operands.getFirst();
    double[] inherited = operand.error();
    double[] y = result.elements();
    double[] error = new double[y.length];
    List<Tensor> levels = operand.exact().levels();
    for (Tensor level : levels) {
      addProductErrors(level, inherited, error, model);
    }
    for (int i = 0; i < error.length; i++) {
      double computed = inherited[i] + error[i] * (1 + relative(model));
      double sum = levels.size() > 1 ? model.arithmetic(Math.abs(y[i]) + computed) : 0;
      error[i] = Double.isInfinite(y[i])
          ? Double.POSITIVE_INFINITY
          : ElementError.stored(y[i], computed + sum, to, model);
    }
    return error;
  }

  /** Adds the errors of a kernel's products of one level of codes with their scales. */
  private static void addProductErrors(Tensor level, double[] inherited, double[] error, ErrorModel model) {
    double[] values = level.values();
    double[] scales = level.scales();
    // Codes of more than 24 bits are rounded when they become f32, before they are multiplied.
    boolean wide = level.type().format().bits() > 24;
    double[] points = level.zeros().map(Tensor::elements).orElse(null);
    boolean twoScales = level.type().scaleType().isScaled();
    double[] inner = level.scaleTensor().orElseThrow().elements();
    ScaleGrid.of(level.type()).forEachRun((from, to, box) -> {
      double zero = points == null ? 0 : Math.abs(points[box]);
      for (int i = from; i < to; i++) {
        double code = Math.abs(level.elements()[i]) + zero;
        double magnitude = Math.abs(values[i]) + inherited[i];
        // u |y| and not half a gap, where a later rounding stretches an earlier one.
        double earlier = (wide ? relative(model) * (code * Math.abs(scales[box]) + inherited[i]) : 0)
            + (twoScales ? relative(model) * magnitude : 0);
        // The product of two factors may underflow, and is then multiplied by the third.
        double third = Math.max(code, Math.max(Math.abs(inner[box]), Math.abs(scales[box] / inner[box])));
        double underflow = twoScales ? model.arithmetic(Float.MIN_NORMAL) * third : 0;
        error[i] += model.arithmetic(magnitude + earlier) + earlier + underflow;
      }
    });
  }

  private static double relative(ErrorModel model) {
    return 2 * model.arithmetic(1);
  }
}
