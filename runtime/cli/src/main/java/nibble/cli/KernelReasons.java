package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.codegen.Backend;
import nibble.codegen.KernelDecision;
import nibble.codegen.target.Target;
import nibble.engine.compile.PreparedModel;
import nibble.ir.diagnostic.InputException;

/**
 * Why kernels of a model are as they are, for people and for programs.
 *
 * @param target of the kernels
 * @param decisions what was chosen, and why
 * @param refused why there are no kernels at all
 */
record KernelReasons(Target target, ImmutableList<KernelDecision> decisions, Optional<String> refused) {
  static KernelReasons of(PreparedModel model, Backend backend, Target target) {
    try {
      return new KernelReasons(
          target, backend.decisions(model.passes().output(), model.prepared(), target), Optional.empty());
    } catch (InputException e) {
      return new KernelReasons(target, ImmutableList.of(), Optional.of(e.getMessage()));
    }
  }

  /** One line for each decision; nothing where there is none. */
  String text() {
    StringBuilder text = new StringBuilder();
    refused.ifPresent(why -> text.append("  none: ").append(why).append('\n'));
    decisions.forEach(decision -> text.append("  ").append(decision.line()).append('\n'));
    return text.isEmpty() ? "" : "\nkernels for " + target.name() + "\n" + text;
  }

  /** The same as an object. */
  ObjectNode json() {
    ObjectNode node = Json.object();
    node.put("target", target.name());
    refused.ifPresent(why -> node.put("refused", why));
    ArrayNode array = node.putArray("decisions");
    for (KernelDecision decision : decisions) {
      array.addObject()
          .put("path", decision.location().path())
          .put("source", decision.location().position().orElse(""))
          .put("reason", decision.text());
    }
    return node;
  }
}
