package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.PtxType;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;

/**
 * Instructions on operands that may be constants: folds what is constant, brings constants where instructions take them.
 *
 * @param ptx where instructions go
 */
record Code(KernelBuilder ptx) {
  /** The operand in a register of that type. */
  Register register(Operand operand, RegisterType type) {
    return switch (operand) {
      case Register register -> register;
      case Immediate constant when type == RegisterType.PRED ->
          ptx.op(constant.bits() != 0 ? "setp.eq.u32" : "setp.ne.u32", ptx.op("mov.b32", imm(0)), imm(0));
      case Immediate constant -> ptx.op("mov." + type.keyword(), constant);
      default -> throw new IllegalStateException(operand + " is no value");
    };
  }

  Register register(Operand operand) {
    boolean isFloat = operand instanceof Immediate constant && constant.kind() == Immediate.Kind.F32;
    return register(operand, isFloat ? RegisterType.F32 : RegisterType.B32);
  }

  private static boolean isInteger(Operand operand, long value) {
    return operand instanceof Immediate constant
        && constant.kind() == Immediate.Kind.INTEGER && constant.bits() == value;
  }

  private static boolean areIntegers(Operand a, Operand b) {
    return a instanceof Immediate x && b instanceof Immediate y
        && x.kind() == Immediate.Kind.INTEGER && y.kind() == Immediate.Kind.INTEGER;
  }

  private static int value(Operand operand) {
    return (int) ((Immediate) operand).bits();
  }

  Operand add(Operand a, Operand b) {
    if (areIntegers(a, b)) {
      return imm(value(a) + value(b));
    }
    if (isInteger(a, 0)) {
      return b;
    }
    return isInteger(b, 0) ? a : commutative("add.s32", a, b);
  }

  Operand sub(Operand a, Operand b) {
    if (areIntegers(a, b)) {
      return imm(value(a) - value(b));
    }
    return isInteger(b, 0) ? a : ptx.op("sub.s32", register(a), b);
  }

  Operand mul(Operand a, Operand b) {
    if (areIntegers(a, b)) {
      return imm(value(a) * value(b));
    }
    if (a instanceof Immediate) {
      return mul(b, a);
    }
    if (isInteger(b, 1)) {
      return a;
    }
    if (isInteger(b, 0)) {
      return imm(0);
    }
    return isPowerOfTwo(b)
        ? ptx.op("shl.b32", a, imm(Integer.numberOfTrailingZeros(value(b))))
        : ptx.op("mul.lo.s32", a, b);
  }

  /** Quotient of numbers that are not negative. */
  Operand quotient(Operand a, Operand b) {
    if (areIntegers(a, b)) {
      return imm(value(a) / value(b));
    }
    if (isPowerOfTwo(b)) {
      int shift = Integer.numberOfTrailingZeros(value(b));
      return shift == 0 ? a : ptx.op("shr.u32", register(a), imm(shift));
    }
    return ptx.op("div.u32", register(a), b);
  }

  /** Remainder of numbers that are not negative. */
  Operand modulo(Operand a, Operand b) {
    if (areIntegers(a, b)) {
      return imm(value(a) % value(b));
    }
    return isPowerOfTwo(b)
        ? ptx.op("and.b32", register(a), imm(value(b) - 1))
        : ptx.op("rem.u32", register(a), b);
  }

  private static boolean isPowerOfTwo(Operand operand) {
    return operand instanceof Immediate constant
        && constant.kind() == Immediate.Kind.INTEGER && Long.bitCount(constant.bits()) == 1 && constant.bits() > 0;
  }

  /** An instruction whose operands may change places, so that a constant comes last. */
  Operand commutative(String mnemonic, Operand a, Operand b) {
    return a instanceof Immediate ? ptx.op(mnemonic, register(b), a) : ptx.op(mnemonic, a, b);
  }

  /** An instruction with registers first and perhaps a constant last. */
  Operand binary(String mnemonic, Operand a, Operand b) {
    return ptx.op(mnemonic, register(a), b);
  }

  Operand unary(String mnemonic, Operand a) {
    return ptx.op(mnemonic, register(a));
  }

  Operand fma(Operand a, Operand b, Operand c) {
    return ptx.fma(PtxType.F32, register(a), b, c);
  }

  // Truth values: constants are 0 and 1.

  Operand and(Operand a, Operand b) {
    if (a instanceof Immediate) {
      return isInteger(a, 0) ? a : b;
    }
    if (b instanceof Immediate) {
      return isInteger(b, 0) ? b : a;
    }
    return a.equals(b) ? a : ptx.op("and.pred", a, b);
  }

  Operand or(Operand a, Operand b) {
    if (a instanceof Immediate) {
      return isInteger(a, 0) ? b : a;
    }
    if (b instanceof Immediate) {
      return isInteger(b, 0) ? a : b;
    }
    return ptx.op("or.pred", a, b);
  }

  Operand not(Operand a) {
    return a instanceof Immediate ? imm(isInteger(a, 0) ? 1 : 0) : ptx.op("not.pred", a);
  }

  /** {@code a} where the condition holds, else {@code b}. */
  Operand select(Operand condition, Operand a, Operand b, RegisterType type) {
    if (condition instanceof Immediate) {
      return isInteger(condition, 0) ? b : a;
    }
    if (a.equals(b)) {
      return a;
    }
    if (type == RegisterType.PRED) {
      return or(and(condition, a), and(not(condition), b));
    }
    return ptx.op("selp." + type.keyword(), a, b, condition);
  }
}
