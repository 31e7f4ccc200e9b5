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
   * @param fidelity what else is known of codes, where the numbers are known when compiling
   */
  public record Cost(Dim bytesBefore, Dim bytesAfter, Optional<Double> sqnrDb, Optional<Fidelity> fidelity) {
    /** Of what has no codes, or none that are known. */
    public Cost(Dim bytesBefore, Dim bytesAfter, Optional<Double> sqnrDb) {
      this(bytesBefore, bytesAfter, sqnrDb, Optional.empty());
    }

    public String text() {
      return bytesBefore + " -> " + bytesAfter + " bytes"
          + sqnrDb.map(sqnr -> String.format(Locale.ROOT, ", SQNR %.1f dB", sqnr)).orElse("")
          + fidelity.map(Fidelity::text).orElse("");
    }
  }

  /**
   * How codes stand for numbers.
   *
   * @param cosine cosine of the angle between the numbers and what the codes stand for
   * @param clipped share of the elements that a larger scale would bring nearer
   * @param boxes how many boxes of elements share a scale
   * @param flagged how many of these have a second level of codes; empty where there is none
   */
  public record Fidelity(double cosine, double clipped, long boxes, Optional<Long> flagged) {
    String text() {
      return String.format(Locale.ROOT, ", cosine %.6f, %.2f %% clipped", cosine, 100 * clipped)
          + flagged.map(count -> ", " + count + " of " + boxes + " boxes with a second level").orElse("");
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
