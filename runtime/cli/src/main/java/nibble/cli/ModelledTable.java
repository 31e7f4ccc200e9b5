package nibble.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;
import nibble.codegen.target.Target;
import nibble.engine.cost.OpCosts;
import nibble.engine.cost.OpCosts.OpCost;
import nibble.engine.cost.OpCosts.Written;
import nibble.ir.eval.Comparison;

/** What each op costs, modelled, for people and for programs. */
final class ModelledTable {
  private static final int LEAST_NAME_WIDTH = 20;
  private static final int LEAST_WEIGHTS_WIDTH = 7;
  private static final String OUTSIDE = "(no block)";

  private ModelledTable() {}

  /** A table whose columns of accuracy, and of the model as it is written, are there where something is known. */
  static String text(OpCosts costs, Target target) {
    int width = costs.rows().stream().mapToInt(row -> row.path().length()).reduce(LEAST_NAME_WIDTH, Math::max);
    int weights = costs.rows().stream().mapToInt(row -> row.weights().length()).reduce(LEAST_WEIGHTS_WIDTH, Math::max);
    String names = "%-" + width + "s %8s  %-" + weights + "s";
    boolean isCompared = costs.total().accuracy().isPresent();
    boolean hasWritten = costs.total().written().isPresent();
    StringBuilder text = new StringBuilder(String.format(
        Locale.ROOT, "costs of ops; bytes and times are modelled for %s (%s), not measured%n" + names
            + "%s  %9s%s  %9s  %9s%s%n",
        target.part().name(), target.name(), "op", "launches", "weights", isCompared ? "     SQNR     cosine" : "",
        "moved", hasWritten ? "    written" : "", "time", "dense", hasWritten ? "    written" : ""));
    costs.rows().forEach(row -> text.append(row(row, names, isCompared)));
    text.append(row(costs.total(), names, isCompared));
    costs.reasons().forEach((path, why) ->
        text.append("  ").append(path.isEmpty() ? OUTSIDE : path).append(": ").append(why).append('\n'));
    return text.toString();
  }

  private static String row(OpCost cost, String names, boolean isCompared) {
    String accuracy = cost.accuracy()
        .map(worst -> String.format(Locale.ROOT, "  %4.1f dB  %9.6f", worst.sqnrDb(), worst.cosine()))
        .orElse(isCompared ? " ".repeat(20) : "");
    Optional<Written> written = cost.written();
    return String.format(
        Locale.ROOT, names + "%s  %6d kB%s  %6.1f us  %6.1f us%s%n",
        cost.path().isEmpty() ? OUTSIDE : cost.path(), cost.launches(), cost.weights(), accuracy,
        kilobytes(cost.bytes()),
        written.map(before -> String.format(Locale.ROOT, "  %6d kB", kilobytes(before.bytes()))).orElse(""),
        cost.microseconds(), cost.denseMicroseconds(),
        written.map(before -> String.format(Locale.ROOT, "  %6.1f us", before.microseconds())).orElse(""));
  }

  private static long kilobytes(double bytes) {
    return Math.round(bytes / 1e3);
  }

  /** The same as an object. */
  static ObjectNode json(OpCosts costs, Target target) {
    ObjectNode node = Json.object();
    node.put("part", target.part().name());
    costs.rows().forEach(row -> node.withArray("ops").add(row(row)));
    node.set("total", row(costs.total()));
    costs.reasons().forEach((path, why) ->
        node.withArray("reasons").addObject().put("path", path).put("reason", why));
    return node;
  }

  private static ObjectNode row(OpCost cost) {
    ObjectNode node = Json.object();
    node.put("path", cost.path());
    node.put("launches", cost.launches());
    node.put("weights", cost.weights());
    cost.accuracy().ifPresent(worst -> accuracy(node, worst));
    Json.put(node, "bytes", cost.bytes());
    Json.put(node, "modelledMicroseconds", cost.microseconds());
    Json.put(node, "denseMicroseconds", cost.denseMicroseconds());
    cost.written().ifPresent(before -> {
      Json.put(node, "writtenBytes", before.bytes());
      Json.put(node, "writtenMicroseconds", before.microseconds());
    });
    return node;
  }

  private static void accuracy(ObjectNode node, Comparison worst) {
    Json.put(node, "leastSqnrDb", worst.sqnrDb());
    Json.put(node, "leastCosine", worst.cosine());
  }
}
