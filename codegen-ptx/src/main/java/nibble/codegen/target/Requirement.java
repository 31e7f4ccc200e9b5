package nibble.codegen.target;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * On what targets, and from which PTX version on, something can be used. The text form is a list of alternatives such
 * as {@code sm_89:8.1 sm_90+:7.8}: {@code +} means this and all later architectures, no {@code +} exactly this target;
 * a version is given where it is above the one that the target itself needs.
 */
public record Requirement(ImmutableList<Alternative> alternatives) {
  private static final Pattern ALTERNATIVE = Pattern.compile("sm_(\\d+)([af]?)(\\+?)(?::(\\d\\.\\d))?");

  /**
   * One alternative.
   *
   * @param architecture such as 90
   * @param suffix {@code a}, {@code f} or nothing
   * @param orLater whether all later architectures do as well
   * @param version the lowest PTX version
   */
  public record Alternative(int architecture, String suffix, boolean orLater, PtxVersion version) {
    boolean covers(Target target) {
      return orLater
          ? target.architecture() >= architecture
          : target.architecture() == architecture && (suffix.isEmpty() || target.suffix().equals(suffix));
    }

    @Override
    public String toString() {
      String name = "sm_" + architecture + suffix + (orLater ? "+" : "");
      return version.equals(PtxVersion.LOWEST) ? name : name + ":" + version;
    }
  }

  /** Reads the text form. */
  public static Requirement parse(String text) {
    ImmutableList.Builder<Alternative> alternatives = ImmutableList.builder();
    for (String word : text.trim().split("\\s+")) {
      Matcher matcher = ALTERNATIVE.matcher(word);
      checkArgument(matcher.matches(), "%s is no requirement such as sm_80+ or sm_90a:8.2", word);
      alternatives.add(new Alternative(
          Integer.parseInt(matcher.group(1)),
          matcher.group(2),
          !matcher.group(3).isEmpty(),
          matcher.group(4) == null ? PtxVersion.LOWEST : PtxVersion.parse(matcher.group(4))));
    }
    return new Requirement(alternatives.build());
  }

  /** The lowest PTX version with which the target has it; empty where the target lacks it. */
  public Optional<PtxVersion> versionOn(Target target) {
    return alternatives.stream().filter(alternative -> alternative.covers(target)).map(Alternative::version)
        .min(Comparator.naturalOrder())
        .map(version -> version.max(target.minimumPtx()));
  }

  /** In words, for messages: {@code sm_89 with PTX 8.1, or sm_90 or later with PTX 7.8}. */
  public String describe() {
    return alternatives.stream().map(a ->
            "sm_" + a.architecture() + a.suffix() + (a.orLater() ? " or later" : "")
                + (a.version().equals(PtxVersion.LOWEST) ? "" : " with PTX " + a.version()))
        .collect(joining(", or "));
  }

  @Override
  public String toString() {
    return alternatives.stream().map(Alternative::toString).collect(joining(" "));
  }
}
