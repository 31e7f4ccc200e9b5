package nibble.emulator.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Formats what kernels print, as C's {@code printf} does. */
public final class PrintfFormatter {
  private static final Pattern CONVERSION =
      Pattern.compile("%([-+ #0]*)(\\d+|\\*)?(?:\\.(\\d+|\\*)?)?(hh|h|ll|l|z|j|t|L)?([diouxXcsfFeEgGaAp%])");

  private PrintfFormatter() {}

  /** The memory that format arguments are in. */
  public interface Memory {
    /** One, two, four or eight bytes, sign-extended. */
    long read(long address, int bytes);

    /** A string that ends with a zero. */
    String string(long address);
  }

  /**
   * The text.
   *
   * @param arguments address of the arguments, which lie one behind the other, each aligned to its size
   */
  public static String format(String format, long arguments, Memory memory) {
    Arguments next = new Arguments(arguments, memory);
    StringBuilder text = new StringBuilder();
    Matcher matcher = CONVERSION.matcher(format);
    int done = 0;
    while (matcher.find()) {
      text.append(format, done, matcher.start());
      done = matcher.end();
      text.append(convert(matcher, next));
    }
    return text.append(format.substring(done)).toString();
  }

  private static final class Arguments {
    private final Memory memory;
    private long at;

    Arguments(long at, Memory memory) {
      this.at = at;
      this.memory = memory;
    }

    long next(int bytes) {
      at = (at + bytes - 1) / bytes * bytes;
      long value = memory.read(at, bytes);
      at += bytes;
      return value;
    }
  }

  private static String convert(Matcher matcher, Arguments next) {
    char kind = matcher.group(5).charAt(0);
    if (kind == '%') {
      return "%";
    }
    int stated = number(matcher.group(2), 0, next);
    // A width that is an argument and negative stands for the flag of its sign.
    String flags = matcher.group(1) + (stated < 0 ? "-" : "");
    int width = Math.abs(stated);
    boolean hasPoint = matcher.group(0).indexOf('.') >= 0;
    int precision = hasPoint ? number(matcher.group(3), 0, next) : -1;
    String size = matcher.group(4) == null ? "" : matcher.group(4);
    String body =
        switch (kind) {
          case 'd', 'i' -> signed(narrow(next.next(bytes(size)), size), flags, precision);
          case 'u', 'o', 'x', 'X' -> unsigned(next.next(bytes(size)), size, kind, flags, precision);
          case 'c' -> String.valueOf((char) (next.next(4) & 0xff));
          case 's' -> cut(next.memory.string(next.next(8)), precision);
          case 'p' -> "0x" + Long.toHexString(next.next(8));
          default -> floating(Double.longBitsToDouble(next.next(8)), kind, flags, precision);
        };
    boolean isNumber = kind != 's' && kind != 'c' && !body.toLowerCase(Locale.ROOT).matches(".*(inf|nan)");
    boolean zeros = flags.indexOf('0') >= 0 && flags.indexOf('-') < 0 && isNumber
        && (precision < 0 || "fFeEgG".indexOf(kind) >= 0);
    return pad(body, width, flags.indexOf('-') >= 0, zeros);
  }

  private static int number(String text, int otherwise, Arguments next) {
    if (text == null || text.isEmpty()) {
      return otherwise;
    }
    return text.equals("*") ? (int) next.next(4) : Integer.parseInt(text);
  }

  private static int bytes(String size) {
    return switch (size) {
      case "l", "ll", "z", "j", "t" -> 8;
      default -> 4;
    };
  }

  /** Arguments of one or two bytes come as four. */
  private static long narrow(long value, String size) {
    return switch (size) {
      case "hh" -> (byte) value;
      case "h" -> (short) value;
      default -> value;
    };
  }

  private static long mask(String size) {
    return switch (size) {
      case "hh" -> 0xff;
      case "h" -> 0xffff;
      default -> bytes(size) == 4 ? 0xffffffffL : -1;
    };
  }

  private static String cut(String text, int precision) {
    return precision >= 0 && precision < text.length() ? text.substring(0, precision) : text;
  }

  private static String sign(boolean isNegative, String flags) {
    return isNegative ? "-" : flags.indexOf('+') >= 0 ? "+" : flags.indexOf(' ') >= 0 ? " " : "";
  }

  private static String signed(long value, String flags, int precision) {
    String digits = Long.toString(value).replace("-", "");
    return sign(value < 0, flags) + "0".repeat(Math.max(0, precision - digits.length())) + digits;
  }

  private static String unsigned(long value, String size, char kind, String flags, int precision) {
    long whole = value & mask(size);
    String digits =
        switch (kind) {
          case 'u' -> Long.toUnsignedString(whole);
          case 'o' -> Long.toOctalString(whole);
          case 'x' -> Long.toHexString(whole);
          default -> Long.toHexString(whole).toUpperCase(Locale.ROOT);
        };
    String prefix = flags.indexOf('#') < 0 || whole == 0 || kind == 'u' ? "" : kind == 'o' ? "0" : "0" + kind;
    return prefix + "0".repeat(Math.max(0, precision - digits.length())) + digits;
  }

  private static String floating(double value, char kind, String flags, int precision) {
    boolean isNegative = Double.doubleToRawLongBits(value) < 0 && !Double.isNaN(value);
    double magnitude = Math.abs(value);
    String body;
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      body = Double.isNaN(value) ? "nan" : "inf";
    } else {
      int digits = precision < 0 ? 6 : precision;
      body =
          switch (Character.toLowerCase(kind)) {
            case 'f' -> new BigDecimal(magnitude).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
            case 'e' -> scientific(magnitude, digits);
            case 'a' -> hexadecimal(magnitude);
            default -> general(magnitude, digits, flags);
          };
    }
    String text = sign(isNegative, flags) + body;
    return Character.isUpperCase(kind) ? text.toUpperCase(Locale.ROOT) : text;
  }

  /** As Java writes it, but without a fraction of zero, and with the sign of every exponent. */
  private static String hexadecimal(double magnitude) {
    String[] parts = Double.toHexString(magnitude).split("p");
    return parts[0].replaceFirst("\\.0$", "") + "p" + (parts[1].startsWith("-") ? "" : "+") + parts[1];
  }

  /** One digit, so many behind the point, and an exponent of at least two. Like C, and unlike Java, ties go to even. */
  private static String scientific(double magnitude, int digits) {
    BigDecimal rounded = new BigDecimal(magnitude).round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
    int exponent = magnitude == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
    String mantissa = rounded.movePointLeft(exponent).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    return mantissa + (exponent < 0 ? "e-" : "e+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
  }

  /** The shorter of the other two notations, without trailing zeros. */
  private static String general(double magnitude, int precision, String flags) {
    int digits = Math.max(1, precision);
    String scientific = scientific(magnitude, digits - 1);
    int exponent = Integer.parseInt(scientific.substring(scientific.indexOf('e') + 1));
    boolean isFixed = exponent >= -4 && exponent < digits;
    String body =
        isFixed
            ? new BigDecimal(magnitude).setScale(digits - 1 - exponent, RoundingMode.HALF_EVEN).toPlainString()
            : scientific;
    if (flags.indexOf('#') >= 0 || body.indexOf('.') < 0) {
      return body;
    }
    String tail = isFixed ? "" : body.substring(body.indexOf('e'));
    String head = isFixed ? body : body.substring(0, body.indexOf('e'));
    return head.replaceAll("\\.?0+$", "") + tail;
  }

  private static String pad(String body, int width, boolean left, boolean zeros) {
    int missing = width - body.length();
    if (missing <= 0) {
      return body;
    }
    if (left) {
      return body + " ".repeat(missing);
    }
    if (!zeros) {
      return " ".repeat(missing) + body;
    }
    int sign = body.startsWith("-") || body.startsWith("+") || body.startsWith(" ") ? 1 : 0;
    int start = body.startsWith("0x", sign) || body.startsWith("0X", sign) ? sign + 2 : sign;
    return body.substring(0, start) + "0".repeat(missing) + body.substring(start);
  }
}
