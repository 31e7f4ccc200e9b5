package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import nibble.emulator.KernelFault;
import nibble.emulator.LaunchResult;
import nibble.ir.diagnostic.Suggestion;

/** What the PTX machine finds and counts, by the names of the command line. */
final class PtxChecks {
  private static final List<String> KNOWN = List.of("memory", "barrier");
  private static final List<String> PLANNED = List.of("init", "race");

  private PtxChecks() {}

  /**
   * Refuses names of checks that there are not.
   *
   * @throws UsageException where one is unknown, or not built yet
   */
  static void require(List<String> names) {
    for (String name : names) {
      if (PLANNED.contains(name)) {
        throw new UsageException("the check '" + name + "' is not built yet", "there are " + String.join(", ", KNOWN));
      }
      if (!KNOWN.contains(name)) {
        throw new UsageException(
            "there is no check '" + name + "'",
            Suggestion.didYouMean(name, KNOWN).orElse("there are " + String.join(", ", KNOWN)));
      }
    }
  }

  static ObjectNode finding(KernelFault fault) {
    ObjectNode node = Json.object();
    node.put("check", check(fault.kind()));
    node.put("kind", fault.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    node.put("ptxLine", fault.place().line());
    fault.place().source().ifPresent(source -> node.put("source", source));
    node.put("instruction", fault.place().instruction());
    node.set("thread", index(fault.place().thread()));
    node.set("block", index(fault.place().block()));
    node.put("message", fault.getMessage());
    return node;
  }

  private static ArrayNode index(KernelFault.Index index) {
    return Json.object().arrayNode().add(index.x()).add(index.y()).add(index.z());
  }

  private static String check(KernelFault.Kind kind) {
    return switch (kind) {
      case OUT_OF_BOUNDS, MISALIGNED, USE_AFTER_FREE, READ_ONLY -> "memory";
      case UNINITIALISED -> "init";
      case BARRIER_DIVERGENCE, DEADLOCK -> "barrier";
      case DIVERGENT_LANES, TRAP, ASSERTION, BAD_BRANCH, BAD_METADATA, STEP_LIMIT -> "execution";
    };
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
