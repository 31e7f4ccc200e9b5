package nibble.ir.op;

import nibble.ir.bound.ErrorModel;

/** Errors of quotients that kernels compute in f32 with a division or a product with a reciprocal. */
final class Quotients {
  private Quotients() {}

  /**
   * Error of a quotient by a scale.
   *
   * @param magnitude the largest that the dividend may have
   * @param least the least that the scale may be
   */
  static double error(double magnitude, double least, ErrorModel model) {
    double reciprocal =
        Math.max(model.function("reciprocal", least, 1 / least), model.function("div", least, 1 / least));
    double quotient = magnitude / least + magnitude * reciprocal;
    return magnitude * reciprocal
        + Math.max(model.arithmetic(quotient), model.function("div", least, quotient))
        + ErrorModel.REFERENCE * quotient;
  }

  /**
   * Error of a quotient by an inner and an outer scale: by one after the other in either order, or by their product.
   *
   * @param magnitude the largest that the dividend may have
   * @param inner the least that the inner scale may be
   * @param outer the least that the outer scale may be
   */
  static double error(double magnitude, double inner, double outer, ErrorModel model) {
    double product = inner * outer;
    double rounding = model.arithmetic(product) / product;
    if (!(rounding < 1)) {
      return Double.POSITIVE_INFINITY;
    }
    double byProduct = magnitude / product * (rounding / (1 - rounding))
        + error(magnitude, product * (1 - rounding), model);
    return Math.max(byProduct, Math.max(
        successive(magnitude, inner, outer, model), successive(magnitude, outer, inner, model)));
  }

  private static double successive(double magnitude, double first, double second, ErrorModel model) {
    double error = error(magnitude, first, model);
    return error / second + error(magnitude / first + error, second, model);
  }

  /**
   * Error of a number over a constant: times its rounded reciprocal, or divided by it.
   *
   * @param most the largest magnitude that the quotient may have
   */
  static double byConstant(double most, double constant, ErrorModel model) {
    double reciprocal = model.arithmetic(1 / constant) * constant;
    // f64 rounds as well.
    return most * (reciprocal + ErrorModel.REFERENCE)
        + Math.max(model.arithmetic(most * (1 + reciprocal)), model.function("div", constant, most));
  }
}
