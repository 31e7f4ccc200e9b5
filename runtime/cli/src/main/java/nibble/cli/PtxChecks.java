package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableSet;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import nibble.emulator.Check;
import nibble.emulator.Finding;
import nibble.emulator.KernelFault;
import nibble.emulator.LaunchResult;
import nibble.ir.diagnostic.Suggestion;

/** What the PTX machine finds and counts, by the names of the command line. */
final class PtxChecks {
  private static final String ALL = "all";

  private PtxChecks() {}

  /**
   * The checks of these names; {@code all} stands for all of them.
   *
   * @throws UsageException where there is none of a name
   */
  static Set<Check> named(List<String> names) {
    EnumSet<Check> checks = EnumSet.noneOf(Check.class);
    for (String name : names) {
      checks.addAll(name.equals(ALL)
          ? EnumSet.allOf(Check.class) : ImmutableSet.of(Check.named(name).orElseThrow(() -> unknown(name))));
    }
    return checks;
  }

  private static UsageException unknown(String name) {
    List<String> known = Stream.concat(Arrays.stream(Check.values()).map(Check::toString), Stream.of(ALL)).toList();
    return new UsageException(
        "there is no check '" + name + "'",
        Suggestion.didYouMean(name, known).orElse("there are " + String.join(", ", known)));
  }

  static ObjectNode json(Finding finding) {
    ObjectNode node = Json.object();
    KernelFault.Place place = finding.place();
    node.put("check", finding.check().toString());
    node.put("kind", finding.kindText());
    node.put("kernel", place.kernel());
    node.put("ptxLine", place.line());
    place.source().ifPresent(source -> node.put("source", source));
    node.put("instruction", place.instruction());
    node.set("thread", index(place.thread()));
    node.set("block", index(place.block()));
    finding.address().ifPresent(address -> node.put("address", address));
    finding.other().ifPresent(other -> node.set("other", json(other)));
    node.put("schedule", finding.schedule());
    node.put("message", finding.toString());
    return node;
  }

  private static ObjectNode json(Finding.Other other) {
    ObjectNode node = Json.object();
    node.put("ptxLine", other.line());
    other.source().ifPresent(source -> node.put("source", source));
    node.put("instruction", other.instruction());
    other.thread().ifPresent(thread -> node.set("thread", index(thread)));
    node.set("block", index(other.block()));
    return node;
  }

  private static ArrayNode index(KernelFault.Index index) {
    return Json.object().arrayNode().add(index.x()).add(index.y()).add(index.z());
  }

  static Map<String, Long> counters(LaunchResult result) {
    Map<String, Long> counters = new LinkedHashMap<>();
    counters.put("blocks", result.blocks());
    counters.put("warpInstructions", result.warpInstructions());
    counters.put("threadInstructions", result.threadInstructions());
    counters.put("divergences", result.divergences());
    counters.put("barriers", result.barriers());
    counters.put("globalBytesRead", result.globalBytesRead());
    counters.put("globalBytesWritten", result.globalBytesWritten());
    counters.put("tensorOperations", result.tensorOperations());
    result.fidelity().forEach((fidelity, count) ->
        counters.put(fidelity.name().toLowerCase(Locale.ROOT) + "Instructions", count));
    return counters;
  }
}
