package nibble.codegen.ptx.pass;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.Register;

/**
 * An instruction on 32 or 64-bit integers with one result, and what it computes.
 *
 * @param name the mnemonic without the type, such as {@code mul.lo}
 * @param type the type of its inputs, such as {@code u32}
 */
record IntegerOperation(String name, String type) {
  private static final Set<String> TYPES = Set.of("s32", "u32", "b32", "s64", "u64", "b64");
  private static final Set<String> NAMES = Set.of(
      "add", "sub", "mul.lo", "mul.wide", "mad.lo", "mad.wide", "div", "rem", "min", "max", "and", "or", "xor", "not",
      "neg", "shl", "shr", "lop3");

  static Optional<IntegerOperation> of(Instruction instruction) {
    int dot = instruction.mnemonic().lastIndexOf('.');
    if (dot < 0 || instruction.outputs().size() != 1 || !(instruction.outputs().getFirst() instanceof Register)) {
      return Optional.empty();
    }
    IntegerOperation operation =
        new IntegerOperation(instruction.mnemonic().substring(0, dot), instruction.mnemonic().substring(dot + 1));
    return TYPES.contains(operation.type) && NAMES.contains(operation.name) ? Optional.of(operation) : Optional.empty();
  }

  int bits() {
    return type.endsWith("64") ? 64 : 32;
  }

  boolean isUnsigned() {
    return type.startsWith("u");
  }

  /** Whether all bits of the type are set. */
  boolean isAllOnes(long value) {
    return narrow(value) == narrow(-1);
  }

  /** The result for constant inputs, as the type has it; empty where there is none or it is of no use. */
  OptionalLong evaluate(long... inputs) {
    long a = narrow(inputs[0]);
    long b = inputs.length > 1 ? narrow(inputs[1]) : 0;
    return switch (name) {
      case "add" -> result(a + b);
      case "sub" -> result(a - b);
      case "mul.lo" -> result(a * b);
      case "mul.wide" -> OptionalLong.of(a * b);
      case "mad.lo" -> result(a * b + inputs[2]);
      case "mad.wide" -> OptionalLong.of(a * b + inputs[2]);
      case "div" -> b == 0 ? OptionalLong.empty() : result(isUnsigned() ? Long.divideUnsigned(a, b) : a / b);
      case "rem" -> b == 0 ? OptionalLong.empty() : result(isUnsigned() ? Long.remainderUnsigned(a, b) : a % b);
      case "min" -> result(isUnsigned() ? Long.compareUnsigned(a, b) < 0 ? a : b : Math.min(a, b));
      case "max" -> result(isUnsigned() ? Long.compareUnsigned(a, b) > 0 ? a : b : Math.max(a, b));
      case "and" -> result(a & b);
      case "or" -> result(a | b);
      case "xor" -> result(a ^ b);
      case "not" -> result(~a);
      case "neg" -> result(-a);
      case "shl" -> result(inputs[1] < 0 || inputs[1] >= bits() ? 0 : a << inputs[1]);
      case "shr" -> result(shiftRight(a, inputs[1]));
      case "lop3" -> result(lookUp(a, b, narrow(inputs[2]), (int) inputs[3]));
      default -> OptionalLong.empty();
    };
  }

  /** Shifts by the width of the type or more leave the sign, or zero (PTX ISA 9.7.8.9). */
  private long shiftRight(long value, long distance) {
    int shift = distance < 0 || distance >= bits() ? bits() - 1 : (int) distance;
    boolean signed = type.startsWith("s");
    long all = signed ? value >> shift : (bits() == 32 ? value & 0xFFFFFFFFL : value) >>> shift;
    return !signed && shift != distance ? 0 : all;
  }

  private static long lookUp(long a, long b, long c, int table) {
    long result = 0;
    for (int entry = 0; entry < 8; entry++) {
      if ((table >> entry & 1) != 0) {
        result |= ((entry & 4) != 0 ? a : ~a) & ((entry & 2) != 0 ? b : ~b) & ((entry & 1) != 0 ? c : ~c);
      }
    }
    return result;
  }

  private OptionalLong result(long value) {
    return OptionalLong.of(narrow(value));
  }

  /** The value of the type with these low bits: zero-extended for unsigned types, else sign-extended. */
  private long narrow(long value) {
    if (bits() == 64) {
      return value;
    }
    return isUnsigned() ? value & 0xFFFFFFFFL : (int) value;
  }
}
