package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import nibble.engine.compile.SplitModules;
import nibble.passes.PassRun;

/** What {@code opt} has to show: text whose sections {@link SplitModules} parts again, and the same as JSON. */
final class OptResult {
  private static final String RESULT = "result";
  private final StringBuilder text = new StringBuilder();
  private final ArrayNode modules = Json.object().arrayNode();
  private ArrayNode dumps = Json.object().arrayNode();

  /** What a pass found or left. */
  void dump(String name, String section) {
    section(name, section);
    dumps.addObject().put("name", name).put("text", section);
  }

  /** The end of a module. */
  void result(String module) {
    section(RESULT, module);
  }

  /** The first section goes without a line before it where nothing else comes before it. */
  private void section(String name, String section) {
    if (!text.isEmpty() || !name.equals(RESULT)) {
      text.append(SplitModules.SEPARATOR).append(' ').append(name).append('\n');
    }
    text.append(section);
  }

  /** A module is through. */
  void report(PassRun run, String ir) {
    ObjectNode node = modules.addObject();
    node.put("module", run.output().name());
    ArrayNode steps = node.putArray("passes");
    run.steps().forEach(step -> steps.add(json(step)));
    node.set("dumps", dumps);
    dumps = Json.object().arrayNode();
    node.put("ir", ir);
  }

  private static ObjectNode json(PassRun.StepReport step) {
    ObjectNode entry = Json.object();
    entry.put("pass", step.text());
    entry.put("milliseconds", step.time().toNanos() / 1e6);
    entry.put("changed", step.changed());
    step.validation().ifPresent(report -> {
      entry.put("kept", report.ok());
      entry.put("validation", report.text());
    });
    ArrayNode decisions = entry.putArray("decisions");
    step.decisions().forEach(decision -> decisions.add(decision.text()));
    return entry;
  }

  ObjectNode json() {
    ObjectNode node = Json.object();
    node.set("modules", modules);
    return node;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
