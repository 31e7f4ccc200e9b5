package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.target.ApproximateFunction;

/**
 * Functions of f32 that are more than one instruction: how they are computed and how far the result may be from the
 * exact one. Code and bound stand side by side because one is about the other.
 */
public enum ElementaryFunction {
  /** {@code 2^(x log2 e)}. The rounded product and constant move the exponent by |x log2 e| 2^-23 at most. */
  EXP {
    @Override
    Operand emit(Code code, Operand x) {
      return code.unary("ex2.approx.ftz.f32", code.binary("mul.rn.f32", x, imm((float) LOG2_E)));
    }

    @Override
    public double error(double x, double y) {
      return y == 0 ? TINY : y * Math.abs(x) * ULP * MARGIN + ApproximateFunction.EX2.errorBound(y) + TINY;
    }
  },

  /** {@code log2(x) ln 2}. */
  LOG {
    @Override
    Operand emit(Code code, Operand x) {
      return code.binary("mul.rn.f32", code.unary("lg2.approx.f32", x), imm((float) LN_2));
    }

    @Override
    public double error(double x, double y) {
      return LN_2 * ApproximateFunction.LG2.errorBound(y / LN_2) * MARGIN + Math.abs(y) * ULP;
    }
  },

  SQRT {
    @Override
    Operand emit(Code code, Operand x) {
      return code.unary("sqrt.rn.f32", x);
    }

    @Override
    public double error(double x, double y) {
      return y * ULP / 2;
    }
  },

  RSQRT {
    @Override
    Operand emit(Code code, Operand x) {
      return code.unary("rsqrt.approx.ftz.f32", x);
    }

    @Override
    public double error(double x, double y) {
      return Math.abs(x) < Float.MIN_NORMAL ? Double.POSITIVE_INFINITY : ApproximateFunction.RSQRT.errorBound(y);
    }
  },

  /** Infinite where the argument is so small that f32 has no such reciprocal. */
  RECIPROCAL {
    @Override
    Operand emit(Code code, Operand x) {
      return code.unary("rcp.approx.ftz.f32", x);
    }

    @Override
    public double error(double x, double y) {
      boolean overflows = Math.abs(x) < 2.0 * Float.MIN_NORMAL;
      return overflows ? Double.POSITIVE_INFINITY : ApproximateFunction.RCP.errorBound(y) + TINY;
    }
  },

  /**
   * An odd polynomial of degree 11 below 0.625, {@code 1 - 2/(exp(2|x|) + 1)} above. Coefficients: minimax fit of our
   * own, relative error 4e-9; the rest of the bound is rounding, which {@code ElementaryFunctionTest} holds it to.
   */
  TANH {
    @Override
    Operand emit(Code code, Operand x) {
      Operand magnitude = code.unary("abs.f32", x);
      Operand square = code.binary("mul.rn.f32", x, x);
      Operand near = code.binary("mul.rn.f32", polynomial(code, square, TANH_NEAR), x);
      Operand exp = EXP.emit(code, code.binary("add.rn.f32", magnitude, magnitude));
      Operand part = RECIPROCAL.emit(code, code.binary("add.rn.f32", exp, imm(1f)));
      Operand far = code.fma(part, imm(-2f), imm(1f));
      return choose(code, magnitude, TANH_CUT, near, code.ptx().op("copysign.f32", x, far));
    }

    @Override
    public double error(double x, double y) {
      return Math.abs(x) < TANH_CUT * (1 - ULP) ? Math.abs(y) * 0x1p-22 + Float.MIN_VALUE : 0x1p-22;
    }
  },

  /**
   * An odd polynomial of degree 11 below 0.875, {@code 1 - 2^p(|x|)} with a polynomial of degree 7 above. Coefficients:
   * minimax fit of our own (relative error 9e-9, absolute error 8e-11); the rest of the bound is rounding, which
   * {@code ElementaryFunctionTest} holds it to.
   */
  ERF {
    @Override
    Operand emit(Code code, Operand x) {
      Operand magnitude = code.unary("abs.f32", x);
      Operand square = code.binary("mul.rn.f32", x, x);
      Operand near = code.binary("mul.rn.f32", polynomial(code, square, ERF_NEAR), x);
      Operand bounded = code.binary("min.NaN.f32", magnitude, imm(4f));
      Operand complement = code.unary("ex2.approx.ftz.f32", polynomial(code, bounded, ERF_FAR));
      Operand far = code.ptx().op("sub.rn.f32", imm(1f), complement);
      return choose(code, magnitude, ERF_CUT, near, code.ptx().op("copysign.f32", x, far));
    }

    @Override
    public double error(double x, double y) {
      return Math.abs(x) < ERF_CUT * (1 - ULP) ? Math.abs(y) * 0x1p-22 + Float.MIN_VALUE : 0x1p-23;
    }
  },

  /**
   * {@code 2^(t p(t))} of {@code t = |x|}, at most 4, with a polynomial of degree 8; 2 minus that of negative
   * arguments. Coefficients: minimax fit of our own, absolute error 2.4e-9; exact at 0. The rest of the bound is
   * rounding, which {@code ElementaryFunctionTest} holds it to.
   */
  ERFC {
    @Override
    Operand emit(Code code, Operand x) {
      Operand bounded = code.binary("min.NaN.f32", code.unary("abs.f32", x), imm(4f));
      Operand exponent = code.binary("mul.rn.f32", polynomial(code, bounded, ERFC_EXPONENT), bounded);
      Operand positive = code.unary("ex2.approx.ftz.f32", exponent);
      Operand negative = code.ptx().op("sub.rn.f32", code.register(imm(2f)), positive);
      return code.select(code.binary("setp.lt.f32", x, imm(0f)), negative, positive, RegisterType.F32);
    }

    @Override
    public double error(double x, double y) {
      return 0x1.8p-22;
    }
  },

  /** Reduced by multiples of 2 pi in three parts; infinite beyond 10^4, where the reduction says nothing. */
  SIN {
    @Override
    Operand emit(Code code, Operand x) {
      return code.unary("sin.approx.ftz.f32", reduced(code, x));
    }

    @Override
    public double error(double x, double y) {
      return periodicError(ApproximateFunction.SIN, x, y);
    }
  },

  /** As {@link #SIN}. */
  COS {
    @Override
    Operand emit(Code code, Operand x) {
      return code.unary("cos.approx.ftz.f32", reduced(code, x));
    }

    @Override
    public double error(double x, double y) {
      return periodicError(ApproximateFunction.COS, x, y);
    }
  };

  static final double LOG2_E = 1 / Math.log(2);
  static final double LN_2 = Math.log(2);
  static final float TANH_CUT = 0.625f;
  static final float ERF_CUT = 0.875f;

  private static final double ULP = 0x1p-23;
  /** Covers products of the small factors that the bounds add up. */
  private static final double MARGIN = 1 + 0x1p-10;
  /** What flushing results to zero may lose. */
  private static final double TINY = Float.MIN_NORMAL;

  private static final float[] TANH_NEAR = {
    1.000000000e+00f, -3.333325982e-01f, 1.333112717e-01f, -5.372106656e-02f, 2.059098706e-02f, -5.659988616e-03f
  };
  private static final float[] ERF_NEAR = {
    1.128379107e+00f, -3.761255145e-01f, 1.128245518e-01f, -2.679146267e-02f, 5.032181274e-03f, -6.203254452e-04f
  };
  private static final float[] ERF_FAR = {
    2.360053331e-04f, -1.629467964e+00f, -9.138845205e-01f, -1.560400873e-01f, 3.612584621e-02f, -5.974148400e-03f,
    6.178017356e-04f, -2.965343629e-05f
  };
  private static final float[] ERFC_EXPONENT = {
    -1.627907276e+00f, -9.184427261e-01f, -1.483090073e-01f, 2.772760391e-02f, 8.019764209e-05f, -2.271129051e-03f,
    8.467035950e-04f, -1.526602427e-04f, 1.158403848e-05f
  };

  // 2 pi in parts of 12 bits and the rest, so that small multiples of the first two are exact.
  private static final float TWO_PI_HIGH = 0x1.92p2f;
  private static final float TWO_PI_MIDDLE = 0x1.fb4p-10f;
  private static final float TWO_PI_LOW = (float) (2 * Math.PI - TWO_PI_HIGH - TWO_PI_MIDDLE);
  private static final double LARGEST_ANGLE = 1e4;

  /** Appends the instructions. */
  abstract Operand emit(Code code, Operand x);

  /** Bound of the error, for an exact argument and the exact result. */
  public abstract double error(double x, double y);

  private static Operand polynomial(Code code, Operand x, float[] coefficients) {
    Operand sum = imm(coefficients[coefficients.length - 1]);
    for (int i = coefficients.length - 2; i >= 0; i--) {
      sum = code.ptx().op("fma.rn.f32", x, code.register(sum, RegisterType.F32), imm(coefficients[i]));
    }
    return sum;
  }

  private static Operand choose(Code code, Operand magnitude, float cut, Operand near, Operand far) {
    Operand isNear = code.ptx().op("setp.lt.f32", magnitude, imm(cut));
    return code.select(isNear, near, far, RegisterType.F32);
  }

  private static Operand reduced(Code code, Operand x) {
    Operand turns = code.binary("mul.rn.f32", x, imm((float) (1 / (2 * Math.PI))));
    Operand whole = code.unary("cvt.rni.f32.f32", turns);
    Operand high = code.fma(whole, imm(-TWO_PI_HIGH), code.register(x));
    Operand middle = code.fma(whole, imm(-TWO_PI_MIDDLE), high);
    return code.fma(whole, imm(-TWO_PI_LOW), middle);
  }

  private static double periodicError(ApproximateFunction function, double x, double y) {
    // The last product and the constants' rest are off by a rounding of the angle each.
    double reduction = 4 * ULP + Math.abs(x) * 0x1p-44;
    return Math.abs(x) > LARGEST_ANGLE ? Double.POSITIVE_INFINITY : function.errorBound(y) + reduction;
  }
}
