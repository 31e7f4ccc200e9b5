package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import java.util.Locale;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.tile.Scalar;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/** Instructions for the functions of tile elements. */
final class ScalarCode {
  private final Code code;

  ScalarCode(Code code) {
    this.code = code;
  }

  /**
   * Appends a function.
   *
   * @param format format of the operands that are not conditions
   */
  Operand apply(Scalar function, NumberFormat format, Operand a, Operand b, Operand c) {
    if (function == Scalar.SELECT) {
      return code.select(a, b, c, ElementRegisters.of(format));
    }
    if (format.equals(Formats.BOOL)) {
      return logic(function, a, b);
    }
    if (function == Scalar.FMA) {
      return code.fma(a, b, c);
    }
    if (function == Scalar.SHARED_EXPONENT) {
      return new PowerCode(code.ptx()).shared(code.register(a), real(b), (int) real(c));
    }
    if (function == Scalar.DYADIC) {
      return new DyadicCode(code.ptx()).product(word(a), word(b), word(c));
    }
    return format.equals(Formats.F32) ? real(function, a, b) : integer(function, a, b);
  }

  private Register word(Operand operand) {
    return code.register(operand, RegisterType.B32);
  }

  /** The number of an operand that is a constant. */
  private static float real(Operand operand) {
    if (operand instanceof Immediate constant) {
      return Float.intBitsToFloat((int) constant.bits());
    }
    throw new IllegalStateException(operand + " is no constant");
  }

  private Operand logic(Scalar function, Operand a, Operand b) {
    return switch (function) {
      case AND, MUL, MIN -> code.and(a, b);
      case OR, MAX -> code.or(a, b);
      case NOT -> code.not(a);
      case NE -> code.or(code.and(a, code.not(b)), code.and(code.not(a), b));
      case EQ -> code.not(logic(Scalar.NE, a, b));
      case LT -> code.and(code.not(a), b);
      case LE -> code.or(code.not(a), b);
      case GT -> code.and(a, code.not(b));
      case GE -> code.or(a, code.not(b));
      default -> throw refuse(function, "truth values");
    };
  }

  Operand integer(Scalar function, Operand a, Operand b) {
    return switch (function) {
      case ADD -> code.add(a, b);
      case SUB -> code.sub(a, b);
      case MUL -> code.mul(a, b);
      case QUOTIENT -> code.quotient(a, b);
      case MODULO -> code.modulo(a, b);
      case DIV -> code.binary("div.s32", a, b);
      case REM -> code.binary("rem.s32", a, b);
      case MIN -> code.commutative("min.s32", a, b);
      case MAX -> code.commutative("max.s32", a, b);
      case NEG -> code.unary("neg.s32", a);
      case ABS -> code.unary("abs.s32", a);
      case WRAP_I8 -> code.unary("cvt.s8.s32", a);
      case WRAP_U8 -> code.unary("cvt.u8.s32", a);
      case WRAP_I16 -> code.unary("cvt.s16.s32", a);
      case TWO_BITS -> code.ptx().op("bfe.u32", code.register(a), b, imm(2));
      case ONES_BELOW -> code.ptx().op(
          "popc.b32", code.ptx().op("bfe.u32", code.register(a), imm(0), b));
      case LT -> code.less(a, b);
      case EQ, NE, LE, GT, GE -> code.binary("setp." + keyword(function) + ".s32", a, b);
      default -> throw refuse(function, "integers");
    };
  }

  private Operand real(Scalar function, Operand a, Operand b) {
    return switch (function) {
      case ADD -> code.commutative("add.rn.f32", a, b);
      case SUB -> code.ptx().op("sub.rn.f32", code.register(a), b);
      case MUL -> code.commutative("mul.rn.f32", a, b);
      case DIV -> code.ptx().op("div.full.f32", code.register(a), b);
      case REM -> remainder(a, b);
      case MIN -> code.commutative("min.NaN.f32", a, b);
      case MAX -> code.commutative("max.NaN.f32", a, b);
      case NEG -> code.unary("neg.f32", a);
      case ABS -> code.unary("abs.f32", a);
      case FLOOR -> code.unary("cvt.rmi.f32.f32", a);
      case CEIL -> code.unary("cvt.rpi.f32.f32", a);
      case ROUND -> code.unary("cvt.rni.f32.f32", a);
      case POWER_ABOVE -> new PowerCode(code.ptx()).above(code.register(a));
      case UE4M3_ABOVE -> new FloatCodes(code.ptx(), Formats.UE4M3).above(code.register(a));
      case INVERSE_POWER -> new PowerCode(code.ptx()).inverse(code.register(a));
      case EQ, LT, LE, GT, GE -> code.binary("setp." + keyword(function) + ".f32", a, b);
      // True for NaN, as everywhere but here.
      case NE -> code.binary("setp.neu.f32", a, b);
      case EXP2 -> code.unary("ex2.approx.ftz.f32", a);
      case EXP -> ElementaryFunction.EXP.emit(code, a);
      case LOG -> ElementaryFunction.LOG.emit(code, a);
      case SQRT -> ElementaryFunction.SQRT.emit(code, a);
      case RSQRT -> ElementaryFunction.RSQRT.emit(code, a);
      case RECIPROCAL -> ElementaryFunction.RECIPROCAL.emit(code, a);
      case TANH -> ElementaryFunction.TANH.emit(code, a);
      case ERF -> ElementaryFunction.ERF.emit(code, a);
      case ERFC -> ElementaryFunction.ERFC.emit(code, a);
      case SIN -> ElementaryFunction.SIN.emit(code, a);
      case COS -> ElementaryFunction.COS.emit(code, a);
      case POW -> code.unary("ex2.approx.ftz.f32",
          code.binary("mul.rn.f32", code.unary("lg2.approx.f32", a), code.register(b)));
      default -> throw refuse(function, "f32");
    };
  }

  /** {@code a - trunc(a / b) b}. */
  private Operand remainder(Operand a, Operand b) {
    Operand whole = code.unary("cvt.rzi.f32.f32", code.ptx().op("div.full.f32", code.register(a), b));
    return code.fma(code.unary("neg.f32", whole), b, a);
  }

  private static String keyword(Scalar function) {
    return function.name().toLowerCase(Locale.ROOT);
  }

  private static IllegalStateException refuse(Scalar function, String operands) {
    return new IllegalStateException("no instructions for " + function + " of " + operands);
  }
}
