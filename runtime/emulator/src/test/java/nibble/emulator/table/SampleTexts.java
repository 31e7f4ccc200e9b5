package nibble.emulator.table;

import java.util.List;

/** What {@link FormSampler} writes, for tests of other packages. */
public final class SampleTexts {
  private SampleTexts() {}

  /** Instructions of all rows of the table, without control flow. */
  public static List<String> all() {
    return FormTable.standard().forms().stream()
        .filter(FormSampler::isStraight)
        .flatMap(form -> FormSampler.samples(form).stream())
        .map(FormSampler.Sample::toString)
        .toList();
  }
}
