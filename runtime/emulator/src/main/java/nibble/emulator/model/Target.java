package nibble.emulator.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A GPU architecture: {@code sm_80}, {@code sm_90a}, {@code sm_120f}.
 *
 * <p>Without a suffix a target has the portable features of its generation; {@code f} adds those of its family, {@code
 * a} those of exactly this chip (PTX ISA, ".target").
 *
 * @param number what stands behind {@code sm_}
 * @param suffix {@code ""}, {@code "a"} or {@code "f"}
 */
public record Target(int number, String suffix) {
  private static final Pattern NAME = Pattern.compile("sm_(\\d{2,3})([af]?)");

  /** The target of this name, if it is one. */
  public static Optional<Target> of(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches()
        ? Optional.of(new Target(Integer.parseInt(matcher.group(1)), matcher.group(2)))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "sm_" + number + suffix;
  }
}
