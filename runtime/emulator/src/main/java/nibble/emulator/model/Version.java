package nibble.emulator.model;

/** A version of the PTX language, as {@code .version} names it. */
public record Version(int major, int minor) implements Comparable<Version> {
  /** Reads {@code 8.7}. */
  public static Version of(String text) {
    int dot = text.indexOf('.');
    return dot < 0
        ? new Version(Integer.parseInt(text), 0)
        : new Version(Integer.parseInt(text.substring(0, dot)), Integer.parseInt(text.substring(dot + 1)));
  }

  @Override
  public int compareTo(Version other) {
    return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
