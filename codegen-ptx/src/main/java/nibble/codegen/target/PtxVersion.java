package nibble.codegen.target;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Comparator;

/** A version of the PTX ISA, as the directive {@code .version} has it. */
public record PtxVersion(int major, int minor) implements Comparable<PtxVersion> {
  /** Older than whatever a target of ours needs. */
  public static final PtxVersion LOWEST = new PtxVersion(1, 0);

  private static final Comparator<PtxVersion> ORDER =
      Comparator.comparingInt(PtxVersion::major).thenComparingInt(PtxVersion::minor);

  /** Reads {@code major.minor}. */
  public static PtxVersion parse(String text) {
    checkArgument(text.matches("\\d\\.\\d"), "%s is no PTX version such as 8.0", text);
    return new PtxVersion(text.charAt(0) - '0', text.charAt(2) - '0');
  }

  public PtxVersion max(PtxVersion other) {
    return compareTo(other) >= 0 ? this : other;
  }

  @Override
  public int compareTo(PtxVersion other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
