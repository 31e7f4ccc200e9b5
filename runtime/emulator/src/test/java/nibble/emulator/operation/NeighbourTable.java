package nibble.emulator.operation;

import java.util.Arrays;
import nibble.emulator.format.GoldenVectors;

/**
 * Rounds by looking for the two neighbours of a number among all values of a format: no arithmetic on exponents or
 * significands, and nothing of the machine's.
 *
 * @param values magnitudes that are finite, by their codes
 * @param hasInfinity whether what is too large is an infinity, whose code follows; otherwise the largest
 */
record NeighbourTable(double[] values, boolean hasInfinity, int signBit) {
  enum Direction {
    RN,
    RNA,
    RZ,
    RM,
    RP
  }

  static NeighbourTable of(String format) {
    return switch (format) {
      case "f16" -> halves();
      case "bf16" -> singles(16);
      case "tf32" -> singles(13);
      default -> {
        float[] all = GoldenVectors.decoded(format);
        int codes = all.length / 2;
        int finite = 0;
        double[] values = new double[codes];
        for (int code = 0; code < codes && Float.isFinite(all[code]); code++) {
          values[code] = all[code];
          finite++;
        }
        yield new NeighbourTable(Arrays.copyOf(values, finite), format.equals("e5m2"), codes);
      }
    };
  }

  private static NeighbourTable halves() {
    double[] values = new double[0x7c00];
    Arrays.setAll(values, code -> Float.float16ToFloat((short) code));
    return new NeighbourTable(values, true, 0x8000);
  }

  /** Formats that are single precision without so many low bits. */
  private static NeighbourTable singles(int dropped) {
    double[] values = new double[0x7f800000 >>> dropped];
    Arrays.setAll(values, code -> Float.intBitsToFloat(code << dropped));
    return new NeighbourTable(values, true, 0x80000000 >>> dropped);
  }

  /** The code of a number that is none of NaN. */
  int round(double x, Direction direction, boolean saturates) {
    boolean isNegative = Double.doubleToRawLongBits(x) < 0;
    double magnitude = Math.abs(x);
    int last = values.length - 1;
    int code;
    if (magnitude > values[last]) {
      code = beyond(magnitude, direction, isNegative, saturates || !hasInfinity);
    } else {
      int found = Arrays.binarySearch(values, magnitude);
      code = found >= 0 ? found : between(-found - 2, magnitude, values[-found - 1], direction, isNegative);
    }
    return isNegative ? code | signBit : code;
  }

  private int beyond(double magnitude, Direction direction, boolean isNegative, boolean saturates) {
    int last = values.length - 1;
    if (saturates) {
      return last;
    }
    if (Double.isInfinite(magnitude)) {
      return last + 1;
    }
    // As if there were one value more.
    double next = values[last] + (values[last] - values[last - 1]);
    return magnitude >= next && isNearest(direction) ? last + 1 : between(last, magnitude, next, direction, isNegative);
  }

  private static boolean isNearest(Direction direction) {
    return direction == Direction.RN || direction == Direction.RNA;
  }

  private int between(int lower, double magnitude, double upper, Direction direction, boolean isNegative) {
    double middle = (values[lower] + upper) / 2;
    boolean isUp =
        switch (direction) {
          case RN -> magnitude > middle || magnitude == middle && lower % 2 == 1;
          case RNA -> magnitude >= middle;
          case RZ -> false;
          case RM -> isNegative;
          case RP -> !isNegative;
        };
    return isUp ? lower + 1 : lower;
  }
}
