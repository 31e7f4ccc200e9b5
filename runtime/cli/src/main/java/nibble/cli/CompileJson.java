package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.assemble.KernelResources;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.kernel.KernelProgram.Parameter;
import nibble.codegen.lower.MapParameter;
import nibble.engine.compile.CompiledTarget;
import nibble.engine.compile.PreparedModel;
import nibble.engine.compile.RecipeChoice;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Either;

/** What was compiled, as JSON: a report for all targets, and for each a plan of what to launch on what. */
final class CompileJson {
  private CompileJson() {}

  static ObjectNode report(
      PreparedModel model, RecipeChoice choice, List<CompiledTarget> compiled, ImmutableMap<String, Double> seconds) {
    ObjectNode node = Json.object();
    node.put("model", model.model().argument().model().toString());
    node.put("recipe", choice.toString());
    ArrayNode targets = node.putArray("targets");
    compiled.forEach(one -> targets.add(target(one)));
    ArrayNode decisions = node.putArray("decisions");
    model.passes().decisions().forEach(decision -> decisions.add(decision.pass() + ": " + decision.text()));
    if (!seconds.isEmpty()) {
      ObjectNode phases = node.putObject("seconds");
      seconds.forEach(phases::put);
    }
    return node;
  }

  private static ObjectNode target(CompiledTarget one) {
    ObjectNode node = Json.object();
    node.put("target", one.target().name());
    node.put("launches", one.program().launches().size());
    switch (one.verdict()) {
      case Verdict.Assembled assembled -> {
        node.put("assembler", assembled.assembler());
        node.put("spillBytes", assembled.spillBytes());
      }
      case Verdict.Rejected rejected -> node.put("rejected", rejected.describe());
      case Verdict.Skipped skipped -> node.put("skipped", skipped.reason());
    }
    ImmutableMap<String, KernelResources> resources = RunJson.resources(Optional.of(one.verdict()));
    ArrayNode kernels = node.putArray("kernels");
    for (CompiledKernel kernel : one.program().kernels()) {
      ObjectNode entry = kernels.addObject();
      entry.put("name", kernel.name());
      entry.put("threads", kernel.code().threads());
      entry.put("sharedBytes", kernel.code().sharedBytes());
      if (resources.containsKey(kernel.name())) {
        entry.put("registers", resources.get(kernel.name()).registers());
        entry.put("spillBytes", resources.get(kernel.name()).spillBytes());
      }
    }
    return node;
  }

  /** Inputs, constants, kernels, launches with their buffers, outputs. Grid extents are formulas in the sizes. */
  static ObjectNode plan(Program program) {
    ObjectNode node = Json.object();
    node.put("target", program.target().name());
    program.symbols().values().forEach(symbol -> node.withArray("sizes").add(symbol.toString()));
    List<Value> parameters = program.main().parameters();
    values(node.putArray("inputs"), parameters.subList(0, program.inputs()));
    values(node.putArray("constants"), parameters.subList(program.inputs(), parameters.size()));
    ArrayNode kernels = node.putArray("kernels");
    program.kernels().forEach(kernel -> kernels.add(kernel(kernel)));
    ArrayNode launches = node.putArray("launches");
    program.launches().forEach(launch ->
        launches.add(launch(program.kernels().get(launch.kernel()), launch)));
    program.main().body().operations().stream().filter(operation -> operation.op() instanceof Either)
        .forEach(operation -> node.withArray("choices").addObject()
            .put("value", operation.result().name()).put("condition", operation.operand(0).name())
            .put("whereTrue", operation.operand(1).name()).put("whereFalse", operation.operand(2).name()));
    values(node.putArray("outputs"), program.main().results());
    return node;
  }

  private static void values(ArrayNode node, List<Value> values) {
    for (Value value : values) {
      node.addObject().put("name", value.name()).put("type", value.type().toString());
    }
  }

  private static ObjectNode kernel(CompiledKernel kernel) {
    ObjectNode node = Json.object();
    node.put("name", kernel.name());
    ArrayNode grid = node.putArray("grid");
    kernel.grid().forEach(extent -> grid.add(extent.toString()));
    node.put("threads", kernel.code().threads());
    node.put("sharedBytes", kernel.code().sharedBytes());
    ArrayNode sizes = node.putArray("sizeArguments");
    kernel.code().sizes().forEach(sizes::add);
    ArrayNode maps = node.putArray("mapArguments");
    for (MapParameter map : kernel.code().maps()) {
      ObjectNode entry = maps.addObject().put("buffer", map.buffer());
      map.map().extents().reverse().forEach(extent -> entry.withArray("extents").add(extent.toString()));
      map.map().box().reverse().forEach(box -> entry.withArray("box").add(box));
      entry.put("swizzle", map.map().swizzle());
    }
    return node;
  }

  private static ObjectNode launch(CompiledKernel kernel, Program.Launch launch) {
    Operation operation = launch.operation();
    ObjectNode node = Json.object();
    node.put("kernel", kernel.name());
    node.put("source", operation.location().position().orElse(""));
    node.put("path", operation.location().path());
    launch.when().forEach((condition, side) -> node.withObject("when").put(condition.name(), side.booleanValue()));
    ArrayNode arguments = node.putArray("buffers");
    for (Parameter parameter : kernel.parameters()) {
      Value value = (parameter.isResult() ? operation.results() : operation.operands()).get(parameter.index());
      arguments.addObject()
          .put("value", value.name())
          .put("holds", parameter.part())
          .put("written", parameter.isResult());
    }
    return node;
  }
}
