package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import nibble.codegen.target.Target;
import nibble.engine.cost.OpCosts.AttentionCost;
import nibble.engine.verify.AttentionAccuracy;
import nibble.engine.verify.AttentionAccuracy.Head;
import nibble.ir.Location;
import nibble.ir.eval.Comparison;

/** How exact the attention of each layer and head is and what it costs, for people and for programs. */
final class AttentionTable {
  private static final int LEAST_NAME_WIDTH = 20;
  /** Heads of all layers that people read; of more they see the worst of each layer. */
  private static final int MOST_HEADS = 32;

  private AttentionTable() {}

  static String text(List<AttentionCost> costs, Target target) {
    int width = costs.stream().mapToInt(cost -> name(cost).length()).reduce(LEAST_NAME_WIDTH, Math::max);
    int heads = costs.stream().mapToInt(cost -> cost.accuracy().heads().size()).sum();
    String start = "%-" + width + "s  %4s";
    StringBuilder text = new StringBuilder(String.format(
        Locale.ROOT,
        "attention, against the model's in exact interpretation; times are modelled for %s (%s)%s%n" + start
            + "  %9s  %9s  %9s  %6s  %9s%n",
        target.part().name(), target.name(), heads > MOST_HEADS ? "; the worst head of each, --json has all" : "",
        "op", "head", "cosine", "L1", "RMSE", "kept", "time"));
    for (AttentionCost cost : costs) {
      AttentionAccuracy accuracy = cost.accuracy();
      text.append(String.format(
          Locale.ROOT, start + "%s  %6.1f us%n", name(cost), "all", row(accuracy.all(), accuracy.kept()),
          cost.microseconds()));
      for (Head head : heads > MOST_HEADS ? List.of(worst(accuracy)) : accuracy.heads()) {
        text.append(String.format(
            Locale.ROOT, start + "%s%n", "", accuracy.heads().indexOf(head), row(head.comparison(), head.kept())));
      }
    }
    return text.toString();
  }

  private static Head worst(AttentionAccuracy accuracy) {
    return accuracy.heads().stream()
        .min(Comparator.comparingDouble(head -> head.comparison().cosine())).orElseThrow();
  }

  private static String name(AttentionCost cost) {
    Location location = cost.accuracy().location();
    return location.path().isEmpty() ? location.position().orElse("(unknown place)") : location.path();
  }

  private static String row(Comparison comparison, double kept) {
    return String.format(
        Locale.ROOT, "  %9.6f  %9.5f  %9.3g  %5.1f%%", comparison.cosine(), comparison.relativeL1(), comparison.rmse(),
        100 * kept);
  }

  /** The same as objects, with all heads. */
  static ArrayNode json(List<AttentionCost> costs) {
    ArrayNode nodes = Json.object().arrayNode();
    for (AttentionCost cost : costs) {
      ObjectNode node = nodes.addObject();
      AttentionAccuracy accuracy = cost.accuracy();
      node.put("path", accuracy.location().path());
      node.put("source", accuracy.location().position().orElse(""));
      row(node, accuracy.all(), accuracy.kept());
      Json.put(node, "modelledMicroseconds", cost.microseconds());
      ArrayNode heads = node.putArray("heads");
      accuracy.heads().forEach(head -> row(heads.addObject(), head.comparison(), head.kept()));
    }
    return nodes;
  }

  private static void row(ObjectNode node, Comparison comparison, double kept) {
    RunJson.comparison(node, comparison);
    Json.put(node, "kept", kept);
  }
}
