package nibble.passes.validate;

import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;
import nibble.ir.format.NumberFormat;

/** The errors of two models together. */
record SummedErrors(ErrorModel first, ErrorModel second) implements ErrorModel {
  @Override
  public double arithmetic(double magnitude) {
    return first.arithmetic(magnitude) + second.arithmetic(magnitude);
  }

  @Override
  public double function(String op, double argument, double value) {
    return first.function(op, argument, value) + second.function(op, argument, value);
  }

  @Override
  public double sum(long terms) {
    return first.sum(terms) + second.sum(terms);
  }

  @Override
  public double dot(TensorType left, TensorType right, long length) {
    return first.dot(left, right, length) + second.dot(left, right, length);
  }

  @Override
  public double store(NumberFormat format, double magnitude) {
    return first.store(format, magnitude) + second.store(format, magnitude);
  }
}
