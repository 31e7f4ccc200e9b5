package nibble.codegen.target;

/**
 * The approximate instructions and the errors that the PTX ISA promises for them (sections 9.7.3 and 9.7.4). The exact
 * bits are not specified. A bound holds for finite results of normal arguments; {@code .ftz} takes subnormal arguments
 * and results to zero, which the bound of a result includes. The special cases are those of IEEE 754.
 */
public enum ApproximateFunction {
  RCP("rcp.approx.ftz.f32", Unit.ULP_F32, 1),
  SQRT("sqrt.approx.ftz.f32", Unit.RELATIVE, 0x1p-23),
  RSQRT("rsqrt.approx.ftz.f32", Unit.RELATIVE, 0x1.13p-23),
  EX2("ex2.approx.ftz.f32", Unit.ULP_F32, 2),
  /** Absolute for arguments in (0.5, 2), relative elsewhere. */
  LG2("lg2.approx.ftz.f32", Unit.ABSOLUTE_OR_RELATIVE, 0x1p-22),
  /** Promised for arguments in [-2 pi, 2 pi]. */
  SIN("sin.approx.ftz.f32", Unit.ABSOLUTE, 0x1.6bp-21),
  /** Promised for arguments in [-2 pi, 2 pi]. */
  COS("cos.approx.ftz.f32", Unit.ABSOLUTE, 0x1.6bp-21),
  TANH("tanh.approx.f32", Unit.RELATIVE, 0x1p-11),
  DIV_FULL("div.full.f32", Unit.ULP_F32, 2),
  /** Promised for divisors of magnitude 2^-126 to 2^126. */
  DIV("div.approx.ftz.f32", Unit.ULP_F32, 2),
  EX2_F16("ex2.approx.f16x2", Unit.RELATIVE, 0x1.13p-10),
  EX2_BF16("ex2.approx.ftz.bf16x2", Unit.RELATIVE, 0x1p-7),
  TANH_F16("tanh.approx.f16x2", Unit.ABSOLUTE, 0x1.03p-11),
  TANH_BF16("tanh.approx.bf16x2", Unit.ABSOLUTE, 0x1p-8);

  private enum Unit {
    /** Units in the last place of an f32. */
    ULP_F32,
    RELATIVE,
    ABSOLUTE,
    ABSOLUTE_OR_RELATIVE
  }

  private final String mnemonic;
  private final Unit unit;
  private final double bound;

  ApproximateFunction(String mnemonic, Unit unit, double bound) {
    this.mnemonic = mnemonic;
    this.unit = unit;
    this.bound = bound;
  }

  /** The instruction, as the table of instructions has it. */
  public String mnemonic() {
    return mnemonic;
  }

  /** How far from the exact result the instruction's may be. */
  public double errorBound(double exactResult) {
    double magnitude = Math.abs(exactResult);
    double flushed = mnemonic.contains(".ftz") && magnitude < Float.MIN_NORMAL ? magnitude : 0;
    return flushed + switch (unit) {
      case ULP_F32 -> bound * Math.ulp((float) magnitude);
      case RELATIVE -> bound * magnitude;
      case ABSOLUTE -> bound;
      case ABSOLUTE_OR_RELATIVE -> bound * Math.max(1, magnitude);
    };
  }
}
