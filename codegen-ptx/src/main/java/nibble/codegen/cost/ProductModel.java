package nibble.codegen.cost;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.kernel.KernelProgram;
import nibble.codegen.kernel.UnsupportedAccess;
import nibble.codegen.kernel.product.ProductKernel;
import nibble.codegen.kernel.product.ProductPrograms;
import nibble.codegen.partition.Partition;
import nibble.codegen.target.Target;
import nibble.codegen.work.ModelledTime;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.BlockSparse;
import nibble.ir.layout.SparseLayout;
import nibble.ir.layout.SparseLayouts.NOfM;
import nibble.ir.layout.SparseLayouts.VNOfM;
import nibble.ir.op.Kernel;
import nibble.ir.text.Parser;

/**
 * The <em>modelled</em> time of a product with a dense or sparse weight: that of the kernel that it gets, alone, by
 * what is counted of its tile program. The result has 16 bits; codes have a scale for each row and each output channel.
 * Where a block of a layout does not divide the weight, this is filled up.
 *
 * @param target whose part is modelled
 * @param format in which operands are multiplied
 */
public record ProductModel(Target target, NumberFormat format) {
  /** Elements that share a scale, where instructions apply scales: as sparse ones take them. */
  private static final int GROUP = 64;

  /** Formats without scales. */
  private static final ImmutableSet<NumberFormat> PLAIN =
      ImmutableSet.of(Formats.F32, Formats.TF32, Formats.F16, Formats.BF16);

  /** The time with a dense weight. */
  public ModelledTime dense(ProductShape shape) {
    Candidates candidates = candidates(shape, Optional.empty());
    return candidates.time(candidates.programs.other().get());
  }

  /**
   * The time with a sparse weight, by sparse instructions or decompressed on its way, whichever is faster; nothing
   * where no sparse instruction takes the layout.
   */
  public Optional<ModelledTime> sparse(ProductShape shape, SparseLayout layout) {
    try {
      Candidates candidates = candidates(padded(shape, layout), Optional.of(layout));
      return candidates.programs.sparse().map(candidates::time).map(time -> {
        ModelledTime other = candidates.time(candidates.programs.other().get());
        return time.microseconds() <= other.microseconds() ? time : other;
      });
    } catch (UnsupportedAccess e) {
      // No kernel reads the layout.
      return Optional.empty();
    }
  }

  private static ProductShape padded(ProductShape shape, SparseLayout layout) {
    return switch (layout) {
      case NOfM(long _, long m) -> new ProductShape(shape.rows(), shape.columns(), up(shape.depth(), m));
      case VNOfM(long v, long _, long m) ->
          new ProductShape(shape.rows(), up(shape.columns(), v), up(shape.depth(), m));
      case BlockSparse(long r, long c, long _, long m) ->
          new ProductShape(shape.rows(), up(shape.columns(), r), up(shape.depth(), c * m));
      default -> shape;
    };
  }

  private static long up(long extent, long multiple) {
    return Math.ceilDiv(extent, multiple) * multiple;
  }

  /** A product's kernel, and the programs that it could have. */
  private record Candidates(Operation kernel, ProductPrograms programs, Target target) {
    ModelledTime time(KernelProgram program) {
      return ProductPrograms.time(program, kernel, ImmutableMap.of(), Map.of(), target);
    }
  }

  private Candidates candidates(ProductShape shape, Optional<SparseLayout> layout) {
    Module module = Parser.parse(text(shape, layout), "product", Registry.core());
    Function function = module.functions().values().iterator().next();
    Operation kernel = Partition.of(function, module.symbols()).main().body().operations().stream()
        .filter(operation -> operation.op() instanceof Kernel).findFirst().orElseThrow();
    return new Candidates(
        kernel, new ProductKernel(target).programs(kernel, module.symbols()).orElseThrow(), target);
  }

  private String text(ProductShape shape, Optional<SparseLayout> layout) {
    String activation = tensor(shape.rows(), shape.depth()) + scales("token");
    String weight = tensor(shape.columns(), shape.depth()) + scales("axis 0");
    String result = "tensor<[" + shape.rows() + "," + shape.columns() + "] x ";
    return """
        module @m {
          func @f(%%x: %s>, %%stored: %s>) {
            %s
            %%0 = matmul %%x, %s {transposeB = true, to = f32} : %sf32>
            %%1 = cast %%0 {to = f16} : %sf16>
            return %%1
          }
        }
        """.formatted(
            activation, weight + layout.map(sparse -> ", sparse<" + sparse.text() + ">").orElse(""),
            layout.map(_ -> "%w = decompress %stored : " + weight + ">").orElse(""),
            layout.isPresent() ? "%w" : "%stored", result, result);
  }

  private String tensor(long rows, long columns) {
    return "tensor<[" + rows + "," + columns + "] x " + format.name();
  }

  private String scales(String granularity) {
    if (PLAIN.contains(format)) {
      return "";
    }
    return format.equals(Formats.E2M1)
        ? ", scale<group(" + GROUP + "), ue8m0>" : ", scale<" + granularity + ", f32>";
  }
}
