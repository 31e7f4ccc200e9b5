package nibble.engine.matrix;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import nibble.codegen.Program;
import nibble.codegen.matrix.AttentionMatrix;
import nibble.codegen.matrix.FormatMatrix;
import nibble.codegen.matrix.SparseMatrix;
import nibble.codegen.matrix.Support;
import nibble.engine.device.Device;
import nibble.engine.device.emulator.EmulatorProvider;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session;
import nibble.engine.plan.Session.Sharing;
import nibble.engine.verify.ElementCheck;
import nibble.engine.verify.KernelCheck;
import nibble.engine.verify.KernelVerifier;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.op.Prune;
import nibble.ir.op.Quantize;

/**
 * Runs the kernels of every cell that has some on the PTX machine, and holds each against exact evaluation. Cells whose
 * code and whose tensor cores' sums are the same on several targets run once.
 */
public final class ProveMatrix {
  private static final int TINY_ROW = 5;
  private static final int ZERO_ROW = 6;
  private static final double TINY = 1e-6;

  private final Map<String, Optional<String>> faults = new HashMap<>();
  private final ImmutableList.Builder<CellProof> proofs = ImmutableList.builder();

  private ProveMatrix() {}

  /** All cells that have kernels. */
  public static ImmutableList<CellProof> prove(FormatMatrix matrix) {
    ProveMatrix proving = new ProveMatrix();
    matrix.cells().forEach(cell -> proving.prove(cell.toString(), cell.support()));
    return proving.proofs.build();
  }

  /** All products with compressed weights that have kernels. */
  public static ImmutableList<CellProof> prove(SparseMatrix matrix) {
    ProveMatrix proving = new ProveMatrix();
    matrix.cells().forEach(cell -> proving.prove(cell.toString(), cell.support()));
    return proving.proofs.build();
  }

  /** All attentions that have kernels: the same code once, but products of FP8 and FP4 with the sums of each target. */
  public static ImmutableList<CellProof> prove(Iterable<AttentionMatrix.Cell> cells) {
    ProveMatrix proving = new ProveMatrix();
    cells.forEach(cell -> proving.prove(cell.toString(), cell.support(), ProveMatrix::attention));
    return proving.proofs.build();
  }

  private void prove(String cell, Support support) {
    prove(cell, support, ProveMatrix::computation);
  }

  private void prove(String cell, Support support, Function<Program, String> computation) {
    if (support instanceof Support.Compiled compiled) {
      Optional<String> fault =
          faults.computeIfAbsent(computation.apply(compiled.program()), code -> fault(compiled.program()));
      proofs.add(new CellProof(cell, fault));
    }
  }

  private static String code(Program program) {
    return program.module().text().lines().filter(line -> !line.startsWith(".")).collect(joining("\n"));
  }

  private static String attention(Program program) {
    String code = code(program);
    return code.contains(".e4m3.") || code.contains(".e2m1.") ? computation(program) : code;
  }

  /** All that a run depends on: the code, and how tensor cores sum. */
  private static String computation(Program program) {
    String code = code(program);
    return code.contains("mma") ? code + program.target().arithmetic() : code;
  }

  private static Optional<String> fault(Program program) {
    Random random = new Random(1);
    List<Tensor> inputs = program.main().parameters().stream().limit(program.inputs())
        .map(parameter -> tensor(parameter.tensorType(), random)).toList();
    Constants constants = Constants.of(program, WeightSource.NONE);
    KernelVerifier verifier = new KernelVerifier(program, inputs, constants.tensors());
    try (Device device = new EmulatorProvider(program.target()).open(0);
        Session session = Session.open(program, device, constants, Sharing.NONE)) {
      session.run(inputs, verifier);
    }
    return verifier.checks().stream().filter(check -> !check.isProven()).findFirst().map(ProveMatrix::describe);
  }

  private static String describe(KernelCheck check) {
    int unbounded = check.results().stream().mapToInt(ElementCheck::unbounded).sum();
    String faults = check.results().stream().flatMap(result -> result.fault().stream())
        .map(Object::toString).collect(joining("; "));
    return check.kernel() + " has " + unbounded + " elements without a bound; " + faults;
  }

  /**
   * Rows of different sizes, one of them tiny and one zero; the first half of a row is larger than the second, so that
   * boxes differ along the depth as well.
   */
  private static Tensor tensor(TensorType type, Random random) {
    int columns = Math.toIntExact(type.shape().last().constant());
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    if (type.format().equals(Formats.BOOL) || type.format().equals(Formats.I32)) {
      // Truth values at random, and numbers of which some are small.
      Arrays.setAll(elements, i -> type.format().equals(Formats.BOOL) ? random.nextInt(2) : 7 + 31 * i);
      return Tensor.of(type, elements);
    }
    for (int i = 0; i < elements.length; i++) {
      int row = i / columns;
      double size = row == ZERO_ROW ? 0 : row == TINY_ROW ? TINY : 0.2 + row % 7;
      double element = random.nextGaussian() * size * (2 * (i % columns) < columns ? 1 : 0.1);
      elements[i] = type.isScaled() ? (float) element : type.format().round(element);
    }
    Tensor values = pruned(Tensor.of(type.plain(type.isScaled() ? Formats.F32 : type.format()), elements), type);
    TensorType dense = type.dense();
    Tensor coded = type.isScaled() ? Quantize.nearest(dense).eval(List.of(values), dense) : values;
    return new Tensor(type, coded.elements(), coded.scaleTensor(), coded.zeros(), coded.residual());
  }

  private static Tensor pruned(Tensor values, TensorType type) {
    return type.sparse()
        .map(layout -> new Prune(type.rank() - 1, layout).eval(List.of(values), values.type()))
        .orElse(values);
  }
}
