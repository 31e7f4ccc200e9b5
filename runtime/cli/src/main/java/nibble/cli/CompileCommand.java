package nibble.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
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
import nibble.engine.compile.LowerModel;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.PreparedModel;
import nibble.engine.compile.ReadModel;
import nibble.engine.compile.Toolchain;
import nibble.engine.file.FileWriting;
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
  @Mixin private EntryParameter entry = new EntryParameter();
  @Mixin private JsonSwitch json = new JsonSwitch();

  @Option(
      names = "--target", required = true, split = ",", paramLabel = "sm_XX",
      description = "What to compile for; see nibble targets.")
  private List<String> targets = new ArrayList<>();

  @Option(names = {"-o", "--output"}, required = true, paramLabel = "DIR", description = "Where to write.")
  private Path folder;

  @Option(names = "--ptxas", paramLabel = "FILE", description = "The ptxas to use; the one on the path unless given.")
  private Optional<Path> ptxas;

  CompileCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    ImmutableList<Target> chosen =
        targets.stream().distinct().map(Targets::get).collect(ImmutableList.toImmutableList());
    AssemblerChoice assemblers = assemblers();
    Phases phases = new Phases(TerminalProgress.of(streams));
    Toolchain toolchain = model.toolchain();
    try (OpenModel opened = phases.time("read", () ->
        model.open(model.argument(entry.name(), Map.of()), toolchain, ReadModel.Weights.IF_PRESENT, streams))) {
      PrepareModel preparation = new PrepareModel(
          toolchain, model.sizes(), ImmutableList.of(), false, ImmutableMap.of());
      PreparedModel prepared = phases.time("passes", () -> preparation.prepare(opened, model.choice()));
      List<CompiledTarget> compiled = new ArrayList<>();
      for (Target target : chosen) {
        compiled.add(phases.time(target.name(), () ->
            CompiledTarget.of(new LowerModel(toolchain), prepared, target, assemblers)));
      }
      write(prepared, compiled, toolchain);
      if (json.isOn()) {
        Json.print(CompileJson.report(prepared, model.choice(), compiled, phases.seconds()), streams.out());
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

  private void write(PreparedModel prepared, List<CompiledTarget> compiled, Toolchain toolchain) {
    try (StagedFiles files = new StagedFiles()) {
      files.folder(folder);
      stage(files, prepared, compiled, toolchain);
      files.commit();
    }
  }

  private void stage(
      StagedFiles files, PreparedModel prepared, List<CompiledTarget> compiled, Toolchain toolchain) {
    String name = prepared.passes().output().name();
    add(files, name + ".ir", Printer.print(prepared.passes().output(), toolchain.registry()));
    Registry withTiles = toolchain.registry().with(List.of(new TileDialect()));
    for (CompiledTarget one : compiled) {
      String stem = name + "." + one.target().name();
      add(files, stem + ".tile", tiles(name, one, withTiles));
      add(files, stem + ".ptx", one.ptx());
      add(files, stem + ".plan.json", Json.text(CompileJson.plan(one.program())));
      if (one.verdict() instanceof Verdict.Assembled assembled) {
        files.add(folder.resolve(stem + ".cubin"), out -> out.write(assembled.cubin().bytes()));
      }
    }
    add(files, "report.json", Json.text(CompileJson.report(prepared, model.choice(), compiled, ImmutableMap.of())));
  }

  private void add(StagedFiles files, String name, String text) {
    files.add(folder.resolve(name), FileWriting.text(text));
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
