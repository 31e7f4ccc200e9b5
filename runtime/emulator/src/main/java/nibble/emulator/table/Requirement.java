package nibble.emulator.table;

import java.util.List;
import java.util.Optional;
import nibble.emulator.model.Target;
import nibble.emulator.model.Version;

/**
 * Where a form is legal.
 *
 * @param architecture the lowest number behind {@code sm_}; 0 for any
 * @param version the lowest {@code .version}
 * @param only the targets that have it, where a number does not say so; empty for all from {@code architecture} on. One
 *     with an {@code f} stands for its family: all of its targets from that number on that have a suffix
 * @param end where it has ceased to be legal
 * @param otherwise what is enough, too, such as a lower version on a newer architecture
 */
public record Requirement(
    int architecture, Version version, List<String> only, Optional<End> end, Optional<Requirement> otherwise) {
  /** Legal everywhere. */
  public static final Requirement NONE =
      new Requirement(0, new Version(1, 0), List.of(), Optional.empty(), Optional.empty());

  public Requirement {
    only = List.copyOf(only);
  }

  /** A form is no longer legal where both the architecture and the version have come to these. */
  public record End(int architecture, Version version) {
    boolean isReached(Target target, Version version) {
      return target.number() >= architecture && version.compareTo(this.version) >= 0;
    }

    @Override
    public String toString() {
      return (architecture == 0 ? "" : "sm_" + architecture + ", ") + "PTX " + version;
    }
  }

  /** What a module of this target and version lacks. */
  public Optional<String> unmet(Target target, Version version) {
    boolean isMetOtherwise = otherwise.isPresent() && otherwise.get().unmet(target, version).isEmpty();
    return isMetOtherwise ? Optional.empty() : unmetHere(target, version);
  }

  private Optional<String> unmetHere(Target target, Version version) {
    if (end.isPresent() && end.get().isReached(target, version)) {
      return Optional.of("is no longer there from " + end.get() + " on");
    }
    if (!only.isEmpty() && only.stream().noneMatch(it -> includes(it, target))) {
      return Optional.of("needs one of " + String.join(", ", only) + "; this module's .target is " + target);
    }
    if (target.number() < architecture) {
      return Optional.of("needs sm_" + architecture + " or later; this module's .target is " + target);
    }
    if (version.compareTo(this.version) < 0) {
      return Optional.of("needs PTX " + this.version + " or later; this module's .version is " + version);
    }
    return Optional.empty();
  }

  private static boolean includes(String name, Target target) {
    Target stated = Target.of(name).orElseThrow();
    boolean isFamily = stated.suffix().equals("f") && !target.suffix().isEmpty();
    boolean isIn = stated.number() / 10 == target.number() / 10 && stated.number() <= target.number();
    return name.equals(target.toString()) || isFamily && isIn;
  }

  @Override
  public String toString() {
    String where = only.isEmpty() ? (architecture == 0 ? "" : "sm_" + architecture) : String.join(" ", only);
    String since = version.equals(NONE.version) ? "" : "PTX " + version;
    String here = where.isEmpty() || since.isEmpty() ? where + since : where + ", " + since;
    String until = end.map(it -> (here.isEmpty() ? "" : ", ") + "before " + it).orElse("");
    return here + until + otherwise.map(it -> " or " + it).orElse("");
  }
}
