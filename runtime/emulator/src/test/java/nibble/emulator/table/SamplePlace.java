package nibble.emulator.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import nibble.emulator.model.Version;

/**
 * Where a module with an instruction can be loaded: the lowest target that assemblers still know, and the version that
 * the instruction asks for, or the first that knows the target.
 */
record SamplePlace(String target, Version version) {
  private static final List<String> TARGETS =
      List.of("sm_80", "sm_86", "sm_89", "sm_90", "sm_90a", "sm_100", "sm_100a");
  private static final List<Version> VERSIONS =
      Stream.concat(
              IntStream.rangeClosed(0, 8).mapToObj(minor -> new Version(7, minor)),
              Stream.concat(
                  IntStream.rangeClosed(0, 8).mapToObj(minor -> new Version(8, minor)), Stream.of(new Version(9, 0))))
          .toList();

  static SamplePlace of(FormSampler.Sample sample) {
    int number = 80;
    String target = "sm_80";
    Version needed = new Version(1, 0);
    Match match = FormTable.standard().find(sample.opcode(), sample.operands().size());
    Optional<Requirement.End> end = match.form().requirement().end();
    if (end.isPresent()) {
      return new SamplePlace("sm_35", before(end.get().version()));
    }
    for (Requirement requirement : match.requirements()) {
      if (!requirement.only().isEmpty()) {
        target = requirement.only().get(0);
        number = 1000;
      } else if (requirement.architecture() > number) {
        number = requirement.architecture();
        target = "sm_" + number;
      }
      needed = later(needed, requirement.version());
    }
    return new SamplePlace(target, later(needed, first(target)));
  }

  private static Version before(Version version) {
    return version.minor() > 0
        ? new Version(version.major(), version.minor() - 1)
        : new Version(version.major() - 1, 5);
  }

  private static Version later(Version a, Version b) {
    return a.compareTo(b) > 0 ? a : b;
  }

  private static Version first(String target) {
    return switch (target) {
      case "sm_80" -> new Version(7, 0);
      case "sm_86" -> new Version(7, 1);
      case "sm_89", "sm_90" -> new Version(7, 8);
      case "sm_90a" -> new Version(8, 0);
      case "sm_35" -> new Version(1, 0);
      case "sm_120a" -> new Version(8, 7);
      default -> new Version(8, 6);
    };
  }

  /** A place that suits two instructions. */
  SamplePlace and(SamplePlace other) {
    boolean isMine = number() >= other.number();
    return new SamplePlace(isMine ? target : other.target, later(version, other.version));
  }

  /** One version less, and one target less, unless there is none that could tell. */
  List<SamplePlace> lesser() {
    List<SamplePlace> lesser = new ArrayList<>();
    Version before = VERSIONS.get(Math.max(0, VERSIONS.indexOf(version) - 1));
    if (before.compareTo(first(target)) >= 0 && version.compareTo(before) > 0) {
      lesser.add(new SamplePlace(target, before));
    }
    int index = TARGETS.indexOf(target);
    if (index > 0) {
      lesser.add(new SamplePlace(TARGETS.get(index - 1), new Version(9, 0)));
    }
    return lesser;
  }

  private int number() {
    return Integer.parseInt(target.replaceAll("\\D", "")) * 2 + (target.endsWith("a") ? 1 : 0);
  }
}
