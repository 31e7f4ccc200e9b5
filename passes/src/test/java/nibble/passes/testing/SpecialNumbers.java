package nibble.passes.testing;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Numbers on which rewrites go wrong: ties, ends of ranges, zeros of both signs, subnormals, infinities, NaN. */
public final class SpecialNumbers {
  /** How many numbers a sample holds. */
  public static final int COUNT = 24;

  private SpecialNumbers() {}

  public static Arbitrary<List<Double>> lists() {
    return Arbitraries.oneOf(
        Arbitraries.of(
            0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.0, 126.5, 127.5, 127.0, 128.0, -128.0, -128.5, 255.5,
            448.0, 464.0, -480.0, 57344.0, 65504.0, 65520.0, 0x1p-14, 0x1p-24, 0x1p-25, 0x1p-126, 0x1p-149, 0x1p-150,
            3.4028234663852886E38, 0x1p128, Double.MIN_VALUE, Double.MAX_VALUE,
            Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY),
        Arbitraries.doubles().between(-10, 10),
        Arbitraries.doubles())
        .list().ofSize(COUNT);
  }
}
