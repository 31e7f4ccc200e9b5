package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.PtxType;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;

/**
 * Instructions on operands that may be constants: folds what is constant, brings constants where instructions take
 * them, and keeps integer sums as a root and a constant, so that neighbouring elements share their address.
 */
final class Code {
  /**
   * An integer modulo 2^32.
   *
   * @param root what is not known; the constant 0 where all is
   * @param constant what is added to it
   */
  record Sum(Operand root, int constant) {}

  private record Remainder(Operand dividend, int divisor) {}

  private static final int LANES = 32;

  private final KernelBuilder ptx;
  private final Map<Operand, Sum> sums = new HashMap<>();
  /** The largest value of integers that are known not to be negative. */
  private final Map<Operand, Integer> largest = new HashMap<>();
  /** Powers of two that divide integers. */
  private final Map<Operand, Integer> divisors = new HashMap<>();
  /** Remainders of powers of two. */
  private final Map<Operand, Remainder> remainders = new HashMap<>();
  private boolean fewRegisters;
  /** How many warps run the code where that is not the whole block. */
  private OptionalInt warps = OptionalInt.empty();

  /**
   * An empty list of instructions.
   *
   * @param ptx where instructions go
   */
  Code(KernelBuilder ptx) {
    this.ptx = ptx;
  }

  /** From here on, code is such that loops keep fewer registers. */
  void spareRegisters() {
    fewRegisters = true;
  }

  boolean sparesRegisters() {
    return fewRegisters;
  }

  KernelBuilder ptx() {
    return ptx;
  }

  /** From here on, only the first warps of the block run the code. */
  void keepWarps(int count) {
    warps = OptionalInt.of(count);
  }

  /** The warps that run the code wait for each other; what they wrote before is seen after. */
  void barrier() {
    warps.ifPresentOrElse(count -> ptx.barrier(1, count * LANES), ptx::barrier);
  }

  /** What an integer is made of. */
  Sum sum(Operand operand) {
    return operand instanceof Immediate
        ? new Sum(imm(0), value(operand))
        : sums.getOrDefault(operand, new Sum(operand, 0));
  }

  /** States that an integer lies between 0 and this. */
  void bound(Operand operand, int most) {
    largest.put(operand, most);
  }

  /** States that a power of two divides an integer. */
  void align(Operand operand, int powerOfTwo) {
    divisors.put(operand, powerOfTwo);
  }

  /** A power of two that divides an integer. */
  int alignment(Operand operand) {
    if (operand instanceof Immediate) {
      return value(operand) == 0 ? 1 << 30 : Math.max(1, Integer.lowestOneBit(value(operand)));
    }
    return divisors.getOrDefault(operand, 1);
  }

  /** Whether an integer is less than another: a constant where the bounds tell. */
  Operand less(Operand a, Operand b) {
    Sum sum = sum(a);
    Integer most = sum.root instanceof Immediate ? Integer.valueOf(0) : largest.get(sum.root);
    if (b instanceof Immediate && most != null) {
      if ((long) sum.constant + most < value(b)) {
        return imm(1);
      }
      if (sum.constant >= value(b)) {
        return imm(0);
      }
    }
    return binary("setp.lt.s32", a, b);
  }

  private Operand shifted(Operand root, int constant) {
    if (constant == 0) {
      return root;
    }
    if (root instanceof Immediate) {
      return imm(value(root) + constant);
    }
    Operand shifted = ptx.op("add.s32", root, imm(constant));
    sums.put(shifted, new Sum(root, constant));
    return shifted;
  }

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
    if (isInteger(a, 0)) {
      return b;
    }
    if (isInteger(b, 0)) {
      return a;
    }
    Sum x = sum(a);
    Sum y = sum(b);
    boolean bothVary = !(x.root instanceof Immediate) && !(y.root instanceof Immediate);
    Operand root = bothVary ? ptx.op("add.s32", x.root, y.root) : x.root instanceof Immediate ? y.root : x.root;
    if (bothVary) {
      align(root, Math.min(alignment(x.root), alignment(y.root)));
    }
    return shifted(root, x.constant + y.constant);
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
    if (!(b instanceof Immediate)) {
      return ptx.op("mul.lo.s32", a, b);
    }
    if (fewRegisters && isPowerOfTwo(b) && remainders.containsKey(a)) {
      // The bits where they end up, of which an address is a sum: a shift behind would become a part of each such sum.
      Remainder bits = remainders.get(a);
      Operand product = ptx.op("and.b32", register(mul(bits.dividend, b)), imm((bits.divisor - 1L) * value(b)));
      align(product, value(b));
      return product;
    }
    Sum x = sum(a);
    Operand product = isPowerOfTwo(b)
        ? ptx.op("shl.b32", x.root, imm(Integer.numberOfTrailingZeros(value(b))))
        : ptx.op("mul.lo.s32", x.root, b);
    align(product, Integer.highestOneBit(
        (int) Math.min(1 << 30, (long) alignment(x.root) * Math.max(1, Integer.lowestOneBit(value(b))))));
    return shifted(product, x.constant * value(b));
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
    if (!isPowerOfTwo(b)) {
      return ptx.op("rem.u32", register(a), b);
    }
    Operand remainder = ptx.op("and.b32", register(a), imm(value(b) - 1));
    remainders.put(remainder, new Remainder(a, value(b)));
    return remainder;
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
