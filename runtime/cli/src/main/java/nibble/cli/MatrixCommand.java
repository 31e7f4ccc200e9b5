package nibble.cli;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import nibble.codegen.Backend;
import nibble.codegen.matrix.FormatMatrix;
import nibble.codegen.matrix.MatrixPage;
import nibble.codegen.matrix.SparseMatrix;
import nibble.codegen.matrix.SparsePage;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.engine.matrix.CellProof;
import nibble.engine.matrix.ProveMatrix;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.format.NumberFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which precisions have kernels on which targets. */
@Command(
    name = "matrix", mixinStandardHelpOptions = true,
    description =
        "Tells which number formats and layouts of scales have kernels on which targets, and why others have none.")
final class MatrixCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private PluginParameters plugins = new PluginParameters();

  @Option(names = "--target", paramLabel = "TARGET", description = "Of that target alone; may be repeated.")
  private List<String> targets = new ArrayList<>();

  @Option(names = "--format", paramLabel = "FORMAT", description = "Of that number format alone; may be repeated.")
  private List<String> formats = new ArrayList<>();

  @Option(names = "--sparse", description = "Of products with compressed weights, by sparse layouts.")
  private boolean sparse;

  @Option(names = "--prove", description = "Runs all kernels on the PTX machine and proves them as well.")
  private boolean prove;

  MatrixCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    if (sparse && !formats.isEmpty()) {
      throw new UsageException("--format is not for --sparse", "the matrix of sparse products has all of its formats");
    }
    if (sparse) {
      SparseMatrix products = new SparseMatrix(plugins.toolchain().backend(), targets());
      streams.out().print(SparsePage.of(products));
      return prove ? report(ProveMatrix.prove(products)) : ExitCode.OK.code();
    }
    FormatMatrix matrix = matrix();
    streams.out().print(MatrixPage.of(matrix));
    return prove ? report(ProveMatrix.prove(matrix)) : ExitCode.OK.code();
  }

  private int report(ImmutableList<CellProof> proofs) {
    List<CellProof> faults = proofs.stream().filter(proof -> proof.fault().isPresent()).toList();
    faults.forEach(fault -> streams.out().println("not proven: " + fault));
    streams.out().println(proofs.size() - faults.size() + " of " + proofs.size() + " cells with kernels proven");
    return (faults.isEmpty() ? ExitCode.OK : ExitCode.CHECK_FAILED).code();
  }

  private FormatMatrix matrix() {
    Backend backend = plugins.toolchain().backend();
    ImmutableList<Target> chosen = targets();
    FormatMatrix whole = FormatMatrix.of(backend, chosen);
    return formats.isEmpty() ? whole : new FormatMatrix(
        backend, chosen, formats.stream().map(name -> format(name, whole)).collect(toImmutableList()));
  }

  private ImmutableList<Target> targets() {
    return targets.isEmpty() ? Targets.all() : targets.stream().map(Targets::get).collect(toImmutableList());
  }

  private static NumberFormat format(String name, FormatMatrix matrix) {
    List<String> known = matrix.formats().stream().map(NumberFormat::name).toList();
    return matrix.formats().stream().filter(format -> format.name().equals(name)).findFirst()
        .orElseThrow(() -> new UsageException(
            "the matrix has no number format '" + name + "'",
            Suggestion.didYouMean(name, known).orElse("it has " + String.join(", ", known))));
  }
}
