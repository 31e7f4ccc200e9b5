package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import nibble.codegen.assemble.AssemblerChoice;
import nibble.codegen.assemble.KernelResources;
import nibble.codegen.assemble.PtxasAssembler;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.codegen.tile.TileDialect;
import nibble.engine.compile.CompiledTarget;
import nibble.engine.compile.FrozenModel;
import nibble.engine.compile.LowerModel;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.PreparedModel;
import nibble.engine.compile.ReadModel;
import nibble.engine.compile.Toolchain;
import nibble.engine.file.FileWriting;
import nibble.engine.file.SafetensorsFile;
import nibble.engine.file.StagedFiles;
import nibble.engine.run.Phases;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import nibble.ir.text.Printer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes what a model compiles to. Everything is compiled before anything is written. */
@Command(
    name = "compile", mixinStandardHelpOptions = true,
    description = "Writes the IR after all passes, and for each target Tile IR, PTX, a plan of the launches and, where "
        + "an assembler is found, a cubin.")
final class CompileCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private ModelParameters model = new ModelParameters();
  @Mixin private TreatmentParameters treatment = new TreatmentParameters();
  @Mixin private EntryParameter entry = new EntryParameter();
  @Mixin private CalibrationParameters calibration = new CalibrationParameters();
  @Mixin private JsonSwitch json = new JsonSwitch();

  @Option(
      names = "--target", required = true, split = ",", paramLabel = "sm_XX",
      description = "What to compile for; see nibble targets.")
  private List<String> targets = new ArrayList<>();

  @Option(names = {"-o", "--output"}, required = true, paramLabel = "DIR", description = "Where to write.")
  private Path folder;

  @Option(names = "--ptxas", paramLabel = "FILE", description = "The ptxas to use; the one on the path unless given.")
  private Optional<Path> ptxas;

  @Option(
      names = "--save-weights", paramLabel = "FILE",
      description = "Writes a .safetensors file with all that depends on weights alone, as it is quantized and "
          + "compressed, and in DIR the model that reads it, NAME.frozen.ir.")
  private Optional<Path> saved;

  CompileCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    ImmutableList<Target> chosen =
        targets.stream().distinct().map(Targets::get).collect(ImmutableList.toImmutableList());
    AssemblerChoice assemblers = assemblers();
    Toolchain toolchain = model.toolchain();
    try (Phases phases = new Phases(TerminalProgress.of(streams)); OpenModel opened = phases.time("read", () ->
        model.open(model.argument(entry.name(), calibration.inputs()), treatment.choice(), toolchain,
            saved.isPresent() ? ReadModel.Weights.REQUIRED : ReadModel.Weights.IF_PRESENT, streams))) {
      PrepareModel preparation = new PrepareModel(
          toolchain, model.sizes(), ImmutableList.of(), false, ImmutableMap.of())
          .withCosts(model.costs(Optional.of(chosen.getFirst())));
      PreparedModel prepared = phases.time("passes", () ->
          calibration.prepare(preparation, opened, preparation.pipeline(opened, treatment.choice())));
      List<CompiledTarget> compiled = new ArrayList<>();
      for (Target target : chosen) {
        compiled.add(phases.time(target.name(), () ->
            CompiledTarget.of(new LowerModel(toolchain), prepared, target, assemblers)));
      }
      Optional<FrozenModel> frozen = saved.map(file -> phases.time("prepare weights", () ->
          FrozenModel.of(prepared, opened.weights().orElseThrow())));
      ImmutableList<Path> written = write(prepared, compiled, frozen, toolchain);
      if (json.isOn()) {
        ObjectNode report = CompileJson.report(prepared, treatment.choice(), compiled, phases.seconds());
        ArrayNode files = report.putArray("files");
        written.forEach(file -> files.add(file.toString()));
        Json.print(report, streams.out());
      } else {
        compiled.forEach(this::tell);
        streams.out().println("written to " + folder);
      }
      boolean rejected = compiled.stream().anyMatch(one -> one.verdict() instanceof Verdict.Rejected);
      return (rejected ? ExitCode.CHECK_FAILED : ExitCode.OK).code();
    }
  }

  private AssemblerChoice assemblers() {
    ptxas.filter(program -> PtxasAssembler.at(program).isEmpty()).ifPresent(program -> {
      throw new InputException(
          program + ": it is no ptxas: it can't be run, or does not say its release", "try it with --version");
    });
    return ptxas.map(AssemblerChoice::withPtxas).orElseGet(AssemblerChoice::ofThisMachine);
  }

  private ImmutableList<Path> write(
      PreparedModel prepared, List<CompiledTarget> compiled, Optional<FrozenModel> frozen, Toolchain toolchain) {
    Map<Path, StagedFiles.Content> contents = new LinkedHashMap<>();
    contents(prepared, compiled, toolchain).forEach((name, content) -> contents.put(folder.resolve(name), content));
    frozen.ifPresent(model -> {
      contents.put(saved.orElseThrow(), SafetensorsFile.checkpoint(model.weights()));
      contents.put(
          folder.resolve(model.module().name() + ".frozen.ir"),
          FileWriting.text(Printer.print(model.module(), toolchain.registry())));
    });
    try (StagedFiles files = new StagedFiles()) {
      files.folder(folder);
      contents.forEach(files::add);
      // A cubin of an earlier run would not be that of this PTX.
      compiled.stream().map(one -> folder.resolve(stem(prepared, one) + ".cubin"))
          .filter(cubin -> !contents.containsKey(cubin)).forEach(files::remove);
      files.commit();
    }
    return ImmutableList.copyOf(contents.keySet());
  }

  private Map<String, StagedFiles.Content> contents(
      PreparedModel prepared, List<CompiledTarget> compiled, Toolchain toolchain) {
    Map<String, StagedFiles.Content> contents = new LinkedHashMap<>();
    String name = prepared.passes().output().name();
    contents.put(name + ".ir", FileWriting.text(Printer.print(prepared.passes().output(), toolchain.registry())));
    Registry withTiles = toolchain.registry().with(List.of(new TileDialect()));
    for (CompiledTarget one : compiled) {
      String stem = stem(prepared, one);
      contents.put(stem + ".tile", FileWriting.text(tiles(name, one, withTiles)));
      contents.put(stem + ".ptx", FileWriting.text(one.ptx()));
      contents.put(stem + ".plan.json", FileWriting.text(Json.text(CompileJson.plan(one.program()))));
      if (one.verdict() instanceof Verdict.Assembled assembled) {
        contents.put(stem + ".cubin", out -> out.write(assembled.cubin().bytes()));
      }
    }
    contents.put("report.json", FileWriting.text(Json.text(
        CompileJson.report(prepared, treatment.choice(), compiled, ImmutableMap.of()))));
    return contents;
  }

  private static String stem(PreparedModel prepared, CompiledTarget one) {
    return prepared.passes().output().name() + "." + one.target().name();
  }

  private static String tiles(String name, CompiledTarget one, Registry registry) {
    return Printer.print(
        Module.of(name, one.program().symbols().values(),
            one.program().kernels().stream().map(kernel -> new Function(
                kernel.name(), kernel.source().program().body(), kernel.source().program().location())).toList()),
        registry);
  }

  private void tell(CompiledTarget one) {
    String what = switch (one.verdict()) {
      case Verdict.Assembled assembled -> String.format(
          Locale.ROOT, "%s: at most %d registers, %d bytes spilled", assembled.assembler(),
          assembled.kernels().stream().mapToInt(KernelResources::registers).max().orElse(0), assembled.spillBytes());
      case Verdict.Rejected rejected -> rejected.describe();
      case Verdict.Skipped skipped -> "no cubin: " + skipped.reason();
    };
    streams.out().println(String.format(
        Locale.ROOT, "%-8s %3d kernels, %3d launches, %4d KB of PTX; %s", one.target().name(),
        one.program().kernels().size(), one.program().launches().size(), one.ptx().length() / 1000, what));
  }
}
