package nibble.passes;

import java.util.Locale;
import java.util.Optional;
import nibble.ir.Location;
import nibble.ir.shape.Dim;

/**
 * What a precision pass decided at one place, and what it cost.
 *
 * @param pass who decided
 * @param outcome whether something was changed
 * @param subject what it is about: {@code weight 'encoder.q' to i8, scale<axis 1, f32>}
 * @param location where, with the path that recipes match
 * @param reason why, in one sentence without a full stop
 * @param cost what it cost, where that is known
 */
public record Decision(
    String pass, Outcome outcome, String subject, Location location, String reason, Optional<Cost> cost) {

  /** Whether something was changed. */
  public enum Outcome {
    APPLIED,
    SKIPPED
  }

  /**
   * Memory and accuracy.
   *
   * @param bytesBefore bytes of the tensor before, perhaps in symbolic sizes
   * @param bytesAfter bytes of the tensor after, scales included
   * @param sqnrDb ratio of signal to quantization noise in dB, where the numbers are known when compiling
   */
  public record Cost(Dim bytesBefore, Dim bytesAfter, Optional<Double> sqnrDb) {
    public String text() {
      return bytesBefore + " -> " + bytesAfter + " bytes"
          + sqnrDb.map(sqnr -> String.format(Locale.ROOT, ", SQNR %.1f dB", sqnr)).orElse("");
    }
  }

  /** One line: {@code applied layer[0].attn.q (m.nib:3:5): weight 'q' to i8, scale<axis 1, f32> - why (cost)}. */
  public String text() {
    String path = location.path().isEmpty() ? "(no path)" : location.path();
    return outcome.name().toLowerCase(Locale.ROOT) + " " + path
        + location.position().map(position -> " (" + position + ")").orElse("")
        + ": " + subject + " - " + reason
        + cost.map(known -> " (" + known.text() + ")").orElse("");
  }
}
