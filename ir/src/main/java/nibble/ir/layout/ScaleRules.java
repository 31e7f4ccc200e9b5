package nibble.ir.layout;

import java.util.Locale;
import java.util.Optional;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;

/**
 * The built-in rules. {@link #FLOOR}, {@link #CEIL} and {@link #EVEN} give powers of two and are those of "OCP
 * Microscaling Formats", section 6.3, and of torchao; {@link #UP} with powers of two is what torchao calls RCEIL.
 *
 * <p>Powers of two are found from the exponent of a number, never from a logarithm in floating point, which is wrong
 * next to them.
 */
public enum ScaleRules implements ScaleRule {
  NEAREST("amax / max, rounded to nearest: the largest element may be clipped by that rounding") {
    @Override
    public double scale(double amax, CodeRange codes, NumberFormat scales) {
      return scales.round(amax / codes.most());
    }
  },
  UP("the least scale with amax / scale <= max: nothing is clipped") {
    @Override
    public double scale(double amax, CodeRange codes, NumberFormat scales) {
      return scales.decode(scales.encode(amax / codes.most(), Rounding.AWAY_FROM_ZERO));
    }
  },
  FLOOR("a power of two, by the exponents of amax and max: clips what is above max in its binade") {
    @Override
    public double scale(double amax, CodeRange codes, NumberFormat scales) {
      return power(Math.getExponent(amax), codes, scales);
    }
  },
  CEIL("a power of two: the exponent of amax rounded up, less that of max; nothing is clipped") {
    @Override
    public double scale(double amax, CodeRange codes, NumberFormat scales) {
      int exponent = Math.getExponent(amax);
      return power(amax > Math.scalb(1.0, exponent) ? exponent + 1 : exponent, codes, scales);
    }
  },
  EVEN("a power of two: as floor, but of the amax rounded to as many bits as elements have") {
    @Override
    public double scale(double amax, CodeRange codes, NumberFormat scales) {
      int exponent = Math.getExponent(amax);
      double roundsUp = Math.scalb(2 - Math.scalb(1.0, -codes.mantissaBits() - 1), exponent);
      return power(amax >= roundsUp ? exponent + 1 : exponent, codes, scales);
    }
  },
  FULL("amax / 2^(bits-1): all codes are used, and +amax is clipped to the largest") {
    @Override
    public double scale(double amax, CodeRange codes, NumberFormat scales) {
      return scales.round(amax / -codes.least());
    }

    @Override
    public double leastCode(CodeRange codes) {
      return codes.least();
    }

    @Override
    public Optional<String> rejects(NumberFormat elements) {
      boolean signed = elements.isInteger() && elements.min() < 0;
      return signed ? Optional.empty() : Optional.of("it is for signed integers");
    }
  };

  private final String summary;

  ScaleRules(String summary) {
    this.summary = summary;
  }

  private static double power(int exponent, CodeRange codes, NumberFormat scales) {
    return scales.round(Math.scalb(1.0, exponent - Math.getExponent(codes.most())));
  }

  @Override
  public String keyword() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String summary() {
    return summary;
  }

  @Override
  public boolean isQuotient() {
    return switch (this) {
      case NEAREST, UP, FULL -> true;
      case FLOOR, CEIL, EVEN -> false;
    };
  }
}
