package nibble.codegen.ptx;

import static nibble.codegen.ptx.Immediate.imm;

/**
 * Arithmetic, comparison, logic and conversion. Floating-point sums and products are {@code .rn}, which the assembler
 * does not contract; integer products are the low half.
 */
public interface ArithmeticOps extends Emitter {
  default Register add(PtxType type, Operand a, Operand b) {
    return op(rounded("add", type), a, b);
  }

  default Register add(PtxType type, Operand a, long b) {
    return add(type, a, imm(b));
  }

  default Register sub(PtxType type, Operand a, Operand b) {
    return op(rounded("sub", type), a, b);
  }

  default Register mul(PtxType type, Operand a, Operand b) {
    return op(type.isFloat() ? rounded("mul", type) : "mul.lo." + type.keyword(), a, b);
  }

  default Register mul(PtxType type, Operand a, long b) {
    return mul(type, a, imm(b));
  }

  /** {@code a * b + c} in one rounding. */
  default Register fma(PtxType type, Operand a, Operand b, Operand c) {
    return op("fma.rn." + type.keyword(), a, b, c);
  }

  /** {@code a * b + c} of integers, the low half. */
  default Register mad(PtxType type, Operand a, Operand b, Operand c) {
    return op("mad.lo." + type.keyword(), a, b, c);
  }

  /** The 64-bit product of 32-bit integers. */
  default Register mulWide(PtxType type, Operand a, Operand b) {
    return op("mul.wide." + type.keyword(), a, b);
  }

  /** The 64-bit product of 32-bit integers plus a 64-bit integer, as in {@code base + index * size}. */
  default Register madWide(PtxType type, Operand a, Operand b, Operand c) {
    return op("mad.wide." + type.keyword(), a, b, c);
  }

  default Register min(PtxType type, Operand a, Operand b) {
    return op("min." + type.keyword(), a, b);
  }

  default Register max(PtxType type, Operand a, Operand b) {
    return op("max." + type.keyword(), a, b);
  }

  default Register and(Operand a, Operand b) {
    return op("and.b32", a, b);
  }

  default Register and(Operand a, long b) {
    return and(a, imm(b));
  }

  default Register or(Operand a, Operand b) {
    return op("or.b32", a, b);
  }

  default Register xor(Operand a, Operand b) {
    return op("xor.b32", a, b);
  }

  default Register xor(Operand a, long b) {
    return xor(a, imm(b));
  }

  /** Any function of three bits, bit by bit: apply it to 0xF0, 0xCC and 0xAA for the table. */
  default Register lop3(Operand a, Operand b, Operand c, int table) {
    return op("lop3.b32", a, b, c, imm(table));
  }

  default Register shl(Operand a, long bits) {
    return op("shl.b32", a, imm(bits));
  }

  default Register shr(PtxType type, Operand a, long bits) {
    return op("shr." + type.keyword(), a, imm(bits));
  }

  /** Four of the eight bytes of {@code a} and {@code b}. */
  default Register prmt(Operand a, Operand b, int selector) {
    return op("prmt.b32", a, b, imm(selector));
  }

  /**
   * A predicate.
   *
   * @param comparison {@code eq}, {@code ne}, {@code lt}, {@code le}, {@code gt}, {@code ge}; for floats also those
   *     with {@code u} behind, true for NaN
   */
  default Register setp(String comparison, PtxType type, Operand a, Operand b) {
    return op("setp." + comparison + "." + type.keyword(), a, b);
  }

  default Register setp(String comparison, PtxType type, Operand a, long b) {
    return setp(comparison, type, a, imm(b));
  }

  /** {@code a} where the predicate holds, else {@code b}. */
  default Register selp(PtxType type, Operand a, Operand b, Register predicate) {
    return op("selp." + type.registerType().keyword(), a, b, predicate);
  }

  /** The value in a new register, to be assigned to later. */
  default Register variable(PtxType type, Operand value) {
    Register variable = fresh(type.registerType());
    assign(variable, value);
    return variable;
  }

  /** Sets a register anew. */
  default void assign(Register variable, Operand value) {
    emit("mov." + variable.type().keyword(), variable, value);
  }

  default Register special(SpecialRegister register) {
    return op("mov.u32", register);
  }

  /** The bits of a float. */
  default Register bitsOf(Register f32) {
    return op("mov.b32", f32);
  }

  /** The float of some bits. */
  default Register floatOf(Register b32) {
    Register result = fresh(RegisterType.F32);
    emit("mov.b32", result, b32);
    return result;
  }

  /**
   * Two floats rounded to two halves ({@link PtxType#F16X2} or {@link PtxType#BF16X2}), {@code low} in the low half.
   */
  default Register packHalves(PtxType type, Operand low, Operand high) {
    return op("cvt.rn." + type.keyword() + ".f32", high, low);
  }

  private static String rounded(String operation, PtxType type) {
    return operation + (type.isFloat() ? ".rn." : ".") + type.keyword();
  }
}
