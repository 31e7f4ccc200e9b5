package nibble.emulator.parse;

import nibble.emulator.model.Operand.FloatConstant;
import nibble.emulator.model.Operand.IntegerConstant;
import nibble.emulator.report.Rejection;

/** Reads number tokens (PTX ISA, "Constants"). */
final class Numbers {
  private Numbers() {}

  static IntegerConstant integer(String token) {
    String digits = token.endsWith("U") ? token.substring(0, token.length() - 1) : token;
    try {
      return new IntegerConstant(parse(digits));
    } catch (NumberFormatException tooLong) {
      throw new Rejection("'" + token + "' is not an integer of 64 bits");
    }
  }

  private static long parse(String digits) {
    if (digits.length() > 1 && digits.charAt(0) == '0') {
      return switch (digits.charAt(1)) {
        case 'x', 'X' -> Long.parseUnsignedLong(digits.substring(2), 16);
        case 'b', 'B' -> Long.parseUnsignedLong(digits.substring(2), 2);
        default -> Long.parseUnsignedLong(digits, 8);
      };
    }
    return Long.parseUnsignedLong(digits);
  }

  static FloatConstant floating(String token) {
    if (token.length() > 2 && token.charAt(0) == '0') {
      switch (token.charAt(1)) {
        case 'f', 'F' -> {
          return new FloatConstant(Long.parseUnsignedLong(token.substring(2), 16), 32);
        }
        case 'd', 'D' -> {
          return new FloatConstant(Long.parseUnsignedLong(token.substring(2), 16), 64);
        }
        default -> {}
      }
    }
    return new FloatConstant(Double.doubleToRawLongBits(Double.parseDouble(token)), 64);
  }
}
