package nibble.passes;

import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;
import nibble.ir.format.NumberFormat;

/**
 * Errors of some functions, and of nothing else: what a pass declares that replaces functions by approximations.
 *
 * @param bound the error of each function
 */
public record FunctionErrors(Bound bound) implements ErrorModel {
  /** The largest error of a function at an argument. */
  @FunctionalInterface
  public interface Bound {
    /**
     * A bound.
     *
     * @param op name of the op, such as {@code erf}
     * @param argument the exact argument
     * @param value the exact result
     */
    double at(String op, double argument, double value);
  }

  @Override
  public double function(String op, double argument, double value) {
    return bound.at(op, argument, value);
  }

  @Override
  public double arithmetic(double magnitude) {
    return 0;
  }

  @Override
  public double sum(long terms) {
    return 0;
  }

  @Override
  public double dot(TensorType left, TensorType right, long length) {
    return 0;
  }

  @Override
  public double store(NumberFormat format, double magnitude) {
    return 0;
  }
}
