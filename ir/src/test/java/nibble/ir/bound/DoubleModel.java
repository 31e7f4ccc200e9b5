package nibble.ir.bound;

import nibble.ir.TensorType;
import nibble.ir.format.NumberFormat;

/** The arithmetic of the interpreter itself: f64, with functions as {@link Math} promises them. */
public final class DoubleModel implements ErrorModel {
  @Override
  public double arithmetic(double magnitude) {
    return Math.ulp(magnitude) / 2;
  }

  @Override
  public double function(String op, double argument, double value) {
    // The widest promise is that of tanh, 2.5 ulp; what exp is computed with costs nothing, since it is exp itself.
    return 3 * Math.ulp(value);
  }

  @Override
  public double sum(long terms) {
    return ErrorModel.gamma(terms, 0x1p-53);
  }

  @Override
  public double dot(TensorType left, TensorType right, long length) {
    return ErrorModel.gamma(length + 1, 0x1p-53);
  }

  @Override
  public double store(NumberFormat format, double magnitude) {
    return 0;
  }
}
