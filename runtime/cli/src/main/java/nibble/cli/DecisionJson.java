package nibble.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;
import nibble.ir.shape.Dim;
import nibble.passes.Decision;

/** What a pass decided, as a JSON object. */
final class DecisionJson {
  private DecisionJson() {}

  static ObjectNode of(Decision decision) {
    ObjectNode node = Json.object();
    node.put("pass", decision.pass());
    node.put("outcome", decision.outcome().name().toLowerCase(Locale.ROOT));
    node.put("subject", decision.subject());
    node.put("path", decision.location().path());
    node.put("source", decision.location().position().orElse(""));
    node.put("reason", decision.reason());
    decision.cost().ifPresent(cost -> {
      node.put("bytesBefore", cost.bytesBefore().toString());
      node.put("bytesAfter", cost.bytesAfter().toString());
      saved(cost).ifPresent(saved -> node.put("bytesSaved", saved));
      cost.sqnrDb().ifPresent(sqnr -> Json.put(node, "sqnrDb", sqnr));
      cost.fidelity().ifPresent(fidelity -> {
        Json.put(node, "cosine", fidelity.cosine());
        Json.put(node, "clippedShare", fidelity.clipped());
        node.put("boxes", fidelity.boxes());
        fidelity.flagged().ifPresent(flagged -> node.put("flaggedBoxes", flagged));
      });
    });
    return node;
  }

  /** Bytes that are needed no more, where sizes are known. */
  private static Optional<Long> saved(Decision.Cost cost) {
    Dim saved = cost.bytesBefore().minus(cost.bytesAfter());
    return saved.isConstant() ? Optional.of(saved.constant()) : Optional.empty();
  }
}
