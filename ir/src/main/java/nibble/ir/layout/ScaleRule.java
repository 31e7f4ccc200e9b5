package nibble.ir.layout;

import java.util.Optional;
import nibble.ir.format.NumberFormat;

/**
 * Which scale a box of elements gets for its largest magnitude (amax). Rules give different bits for the same format,
 * so the rule is part of the type. A plugin may add its own, as an enum or a record, since types compare rules.
 *
 * <p>A rule is asked for finite amax only and need not care for the range of the format of scales: what is 0 or out of
 * range, {@link ScaleLayout#scale} settles for all rules alike.
 */
public interface ScaleRule {
  /** As written in types: {@code up}. */
  String keyword();

  /** One sentence for {@code nibble formats}. */
  String summary();

  /**
   * The scale, which must not decrease with the amax.
   *
   * @param amax finite and not negative
   * @param codes over which the box is spread
   * @param scales format of the scale, which the rule rounds to
   */
  double scale(double amax, CodeRange codes, NumberFormat scales);

  /**
   * Whether kernels divide the amax by a number and round the quotient, so that the division's error counts. If not,
   * they find the scale by the bits of the amax, without error.
   */
  boolean isQuotient();

  /** The most negative code that a box is given. */
  default double leastCode(CodeRange codes) {
    return -codes.most();
  }

  /** Why elements of such a format can't have the rule, if they can't. */
  default Optional<String> rejects(NumberFormat elements) {
    return Optional.empty();
  }
}
