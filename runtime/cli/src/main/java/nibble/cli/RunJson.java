package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import nibble.codegen.assemble.KernelResources;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.target.Targets;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.device.Dim3;
import nibble.engine.run.Classification;
import nibble.engine.run.RunReport;
import nibble.engine.run.RunStep;
import nibble.engine.run.Similarity;
import nibble.engine.verify.ElementCheck;
import nibble.engine.verify.ElementCheck.Fault;
import nibble.engine.verify.KernelCheck;
import nibble.engine.verify.PrecisionCost;
import nibble.engine.verify.WrongKernel;
import nibble.ir.eval.Comparison;
import nibble.ir.eval.Tensor;

/** The report of a run as a JSON object. */
final class RunJson {
  private static final int SHOWN = 8;

  private RunJson() {}

  static ObjectNode of(RunReport report, RecipeChoice choice, String command) {
    ObjectNode node = Json.object();
    node.put("model", report.model().model().argument().model().toString());
    node.put("function", report.model().written().name());
    node.put("recipe", choice.toString());
    node.put("device", report.device());
    node.put("deviceReason", report.deviceReason());
    node.put("target", report.target().orElse(null));
    report.verified().ifPresent(verified -> node.put("verified", verified));
    node.put("launches", report.launches());
    ImmutableMap<String, KernelResources> resources = resources(report.assembly());
    if (report.verified().isPresent()) {
      ArrayNode kernels = node.putArray("kernels");
      for (int i = 0; i < report.steps().size(); i++) {
        int step = i + 1;
        report.steps().get(i).checks().orElseThrow().forEach(check -> kernels.add(
            kernel(check, Optional.ofNullable(resources.get(check.kernel()))).put("step", step)));
      }
    }
    if (report.steps().size() > 1) {
      steps(node.putArray("steps"), report.steps());
    }
    node.put("state", report.state().tensors().size());
    report.wrong().ifPresent(wrong -> node.set("wrong", wrong(wrong, command)));
    report.cost().ifPresent(cost -> node.set("quantization", quantization(cost)));
    report.modelled().ifPresent(costs -> node.set(
        "modelled", ModelledTable.json(costs, Targets.get(report.target().orElseThrow()))));
    report.modelled().filter(costs -> !costs.attentions().isEmpty()).ifPresent(costs ->
        node.set("attention", AttentionTable.json(costs.attentions())));
    report.assembly().ifPresent(verdict -> node.put("assembler", describe(verdict)));
    ArrayNode decisions = node.putArray("decisions");
    report.model().passes().decisions().forEach(decision -> decisions.add(DecisionJson.of(decision)));
    outputs(node.putArray("outputs"), report.outputs());
    if (!report.inputs().texts().isEmpty()) {
      report.inputs().texts().forEach(node.putArray("texts")::add);
    }
    Similarity.of(report).ifPresent(similarity -> {
      ArrayNode rows = node.putArray("similarities");
      for (double[] row : similarity.cosines()) {
        Arrays.stream(row).forEach(rows.addArray()::add);
      }
    });
    Classification.of(report).ifPresent(classification -> {
      ArrayNode rows = node.putArray("classes");
      for (Classification.Guess guess : classification.guesses()) {
        ObjectNode row = rows.addObject();
        row.put("class", guess.name());
        Json.put(row, "share", guess.share());
        guess.label().ifPresent(label -> row.put("label", label));
      }
    });
    ObjectNode seconds = node.putObject("seconds");
    report.seconds().forEach(seconds::put);
    return node;
  }

  private static void steps(ArrayNode node, List<RunStep> steps) {
    for (RunStep step : steps) {
      ObjectNode one = node.addObject();
      one.put("launches", step.launches());
      step.checks().ifPresent(checks -> one.put("proven", checks.stream().filter(KernelCheck::isProven).count()));
      step.cost().ifPresent(cost -> one.set("quantization", quantization(cost)));
      outputs(one.putArray("outputs"), step.outputs());
    }
  }

  private static void outputs(ArrayNode node, List<Tensor> outputs) {
    List<String> names = SavedOutputs.names(outputs.size());
    for (int i = 0; i < names.size(); i++) {
      node.add(output(names.get(i), outputs.get(i)));
    }
  }

  private static ObjectNode kernel(KernelCheck check, Optional<KernelResources> resources) {
    ObjectNode node = Json.object();
    node.put("launch", check.index());
    node.put("name", check.kernel());
    node.put("op", String.join("+", check.ops()));
    node.put("source", check.location().position().orElse(""));
    node.put("path", check.location().path());
    node.set("grid", extents(check.grid()));
    node.set("block", extents(check.block()));
    node.put("sharedBytes", check.sharedBytes());
    ElementCheck worst = check.worst();
    Json.put(node, "maxError", worst.maxError());
    Json.put(node, "bound", worst.bound());
    Json.put(node, "shareOfBound", worst.tightness());
    node.put("ok", check.isProven());
    check.results().stream().flatMap(result -> result.fault().stream()).findFirst()
        .ifPresent(fault -> node.put("fault", fault.toString()));
    resources.ifPresent(known -> {
      ObjectNode ptxas = node.putObject("ptxas");
      ptxas.put("registers", known.registers());
      ptxas.put("spillBytes", known.spillBytes());
      ptxas.put("staticSharedBytes", known.staticSharedBytes());
    });
    return node;
  }

  private static ObjectNode wrong(WrongKernel wrong, String command) {
    ObjectNode node = Json.object();
    node.put("launch", wrong.check().index());
    node.put("kernel", wrong.check().kernel());
    node.put("source", wrong.location().position().orElse(""));
    node.put("path", wrong.location().path());
    fault(node, wrong.fault());
    wrong.firstOp().ifPresent(op -> fault(node.putObject("firstOp").put("op", op.op()), op.fault()));
    node.put("reproduce", command);
    return node;
  }

  private static void fault(ObjectNode node, Fault fault) {
    ArrayNode element = node.putArray("element");
    fault.coordinates().forEach(element::add);
    Json.put(node, "exact", fault.exact());
    Json.put(node, "actual", fault.actual());
    Json.put(node, "bound", fault.bound());
  }

  private static ArrayNode extents(Dim3 extents) {
    return Json.object().arrayNode().add(extents.x()).add(extents.y()).add(extents.z());
  }

  static ImmutableMap<String, KernelResources> resources(Optional<Verdict> assembly) {
    return assembly.isPresent() && assembly.get() instanceof Verdict.Assembled assembled
        ? assembled.kernels().stream().collect(ImmutableMap.toImmutableMap(KernelResources::kernel, kernel -> kernel))
        : ImmutableMap.of();
  }

  static String describe(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Assembled assembled ->
          assembled.assembler() + ": accepted, " + assembled.spillBytes() + " bytes spilled";
      case Verdict.Rejected rejected -> rejected.describe();
      case Verdict.Skipped skipped -> "skipped: " + skipped.reason();
    };
  }

  private static ObjectNode quantization(PrecisionCost cost) {
    ObjectNode node = Json.object();
    comparison(node, cost.outputs().stream()
        .min((a, b) -> Double.compare(a.cosine(), b.cosine())).orElseThrow());
    ArrayNode products = node.putArray("products");
    cost.products().forEach(product -> {
      ObjectNode entry = products.addObject();
      entry.put("path", product.location().path());
      entry.put("source", product.location().position().orElse(""));
      comparison(entry, product.comparison());
    });
    return node;
  }

  static void comparison(ObjectNode node, Comparison comparison) {
    Json.put(node, "cosine", comparison.cosine());
    Json.put(node, "relativeL1", comparison.relativeL1());
    Json.put(node, "rmse", comparison.rmse());
    Json.put(node, "sqnrDb", comparison.sqnrDb());
    Json.put(node, "maxAbsError", comparison.maxAbsError());
  }

  private static ObjectNode output(String name, Tensor tensor) {
    ObjectNode node = Json.object();
    node.put("name", name);
    node.put("type", tensor.type().toString());
    double[] values = tensor.values();
    ArrayNode first = node.putArray("first");
    Arrays.stream(values).limit(SHOWN).forEach(value -> {
      if (Double.isFinite(value)) {
        first.add(value);
      } else {
        first.addNull();
      }
    });
    Json.put(node, "min", Arrays.stream(values).min().orElse(Double.NaN));
    Json.put(node, "max", Arrays.stream(values).max().orElse(Double.NaN));
    return node;
  }
}
