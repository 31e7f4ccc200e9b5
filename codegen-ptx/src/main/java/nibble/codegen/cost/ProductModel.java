package nibble.codegen.cost;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.cost.ModelledTime.Bound;
import nibble.codegen.target.Feature;
import nibble.codegen.target.Part;
import nibble.codegen.target.Target;
import nibble.codegen.target.TensorRate;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.SparseLayout;

/**
 * The <em>modelled</em> time of a product with a dense or sparse weight: what its tiles ask of each resource of a
 * multiprocessor, by the instructions and bytes of the main loop; the resource that is busy longest counts. A tile has
 * 128 rows and columns, or 64 with up to 64 rows, four warps, and three stages of shared memory, as kernels have.
 *
 * <p>{@code mma.sp} multiplies as many stored elements in a clock as {@code mma}, so that 2:4 halves the work of tensor
 * cores and the bytes of the weight, and leaves the bytes of the activation as they are. V:N:M reads the kept channels
 * of the activation alone, gathered for each block of rows. On targets with {@code wgmma}, which dense kernels use,
 * sparse ones reach the share of {@code mma.sync}.
 *
 * <p>Assumed, not measured: a load takes {@value #LATENCY} clocks under load, a launch {@value #LAUNCH} microseconds;
 * L2 gives a multiprocessor {@value #L2_BYTES} bytes in a clock.
 *
 * @param target whose part is modelled
 * @param format in which operands are multiplied
 */
public record ProductModel(Target target, NumberFormat format) {
  private static final int LATENCY = 1000;
  private static final double LAUNCH = 2;
  private static final int L2_BYTES = 64;
  private static final int SHARED_BYTES = 128;
  private static final int STAGES = 3;
  private static final int WARPS_ALONG = 2;
  private static final int SCHEDULERS = 4;
  private static final int WARPS = WARPS_ALONG * WARPS_ALONG;
  private static final int SMALL = 64;
  private static final int LARGE = 128;
  private static final int INSTRUCTION_BYTES = 32;
  private static final int COPY_BYTES = 16;
  private static final int WARP = 32;
  private static final int LOOP_INSTRUCTIONS = 16;
  /** For each copy of a gathered row: its index, and the address. */
  private static final int GATHER_INSTRUCTIONS = 3;
  /** What mma.sync reaches of the rate of wgmma on H100 (the table of rates of the PTX machine). */
  private static final double SYNCHRONOUS_SHARE = 0.62;
  /** Bits of a code of a group of four. */
  private static final double CODE_BITS = 4;

  /** Whether sparse matrix instructions take the layout; others are multiplied as dense ones. */
  public boolean takes(SparseLayout layout) {
    return target.has(Feature.MMA_SPARSE) && WeightDensity.of(layout).isPresent();
  }

  /** The time with a dense weight. */
  public ModelledTime dense(ProductShape shape) {
    return time(shape, WeightDensity.DENSE);
  }

  /** The time with a sparse weight; that of a dense one where {@link #takes} says no. */
  public ModelledTime sparse(ProductShape shape, SparseLayout layout) {
    return time(shape, takes(layout) ? WeightDensity.of(layout).orElseThrow() : WeightDensity.DENSE);
  }

  private double bytes() {
    return (double) format.storageBits() / Byte.SIZE;
  }

  /** Multiply-adds in a clock and multiprocessor: those of f16 where the target does not know the format. */
  private int rate() {
    return Optional.ofNullable(target.rates().get(kind())).or(() ->
        Optional.ofNullable(target.rates().get(TensorRate.F16_F32))).orElseThrow();
  }

  private TensorRate kind() {
    if (format.isInteger()) {
      return format.storageBits() <= 4 ? TensorRate.INT4 : TensorRate.INT8;
    }
    if (format.equals(Formats.F32)) {
      return TensorRate.TF32;
    }
    return switch (format.storageBits()) {
      case 4 -> TensorRate.FP4;
      case 6 -> TensorRate.FP6;
      case 8 -> TensorRate.FP8_F32;
      default -> TensorRate.F16_F32;
    };
  }

  private ModelledTime time(ProductShape shape, WeightDensity density) {
    int side = shape.rows() <= SMALL ? SMALL : LARGE;
    boolean warpgroups = target.has(Feature.WGMMA) && density.isDense() && side == LARGE;
    long blocks = Math.ceilDiv(shape.rows(), side) * Math.ceilDiv(shape.columns(), side);
    Part part = target.part();
    long onOne = Math.ceilDiv(blocks, part.multiprocessors());
    Tile tile = new Tile(side, shape.depth() * density.stored(), shape.depth() * density.columns(), bytes());

    double rate = rate() * (target.has(Feature.WGMMA) && !warpgroups ? SYNCHRONOUS_SHARE : 1);
    Map<Bound, Double> clocks = new EnumMap<>(Bound.class);
    clocks.put(Bound.TENSOR, onOne * tile.multiplyAdds() / rate);
    clocks.put(Bound.SHARED, onOne * tile.sharedBytes(warpgroups) / SHARED_BYTES);
    clocks.put(Bound.L2, onOne * (tile.operandBytes() + codes(side, density, shape.depth())) / L2_BYTES);
    clocks.put(Bound.ISSUE, onOne * tile.instructions(warpgroups, density) * WARPS / SCHEDULERS);
    long turns = Math.ceilDiv(onOne, side == LARGE ? 2 : 4);
    clocks.put(Bound.LATENCY, turns * tile.waits(density));

    Map<Bound, Double> microseconds = new EnumMap<>(Bound.class);
    clocks.forEach((bound, count) -> microseconds.put(bound, count / part.clockMhz()));
    microseconds.put(Bound.DRAM, deviceBytes(shape, density) / part.memoryGigabytesPerSecond() / 1e3);
    return ModelledTime.longest(microseconds, LAUNCH);
  }

  /** Bytes of the codes of groups, and of the numbers of kept columns. */
  private static double codes(double rows, WeightDensity density, double depth) {
    if (!density.hasCodes()) {
      return 0;
    }
    double codes = rows * depth * density.columns() / 4 * CODE_BITS / Byte.SIZE;
    return codes + (density.gathers() ? rows / density.blockRows() * depth * density.columns() : 0);
  }

  private double deviceBytes(ProductShape shape, WeightDensity density) {
    double weight = shape.columns() * (double) shape.depth() * density.stored() * bytes();
    // Each block of rows reads channels of its own, some of which others read as well.
    double read = density.gathers()
        ? 1 - Math.pow(1 - density.columns(), Math.ceilDiv(shape.columns(), density.blockRows())) : 1;
    double activation = shape.rows() * (double) shape.depth() * read * bytes();
    double result = shape.rows() * (double) shape.columns() * Short.BYTES;
    return weight + codes(shape.columns(), density, shape.depth()) + activation + result;
  }

  /**
   * A tile of the result over all of the depth.
   *
   * @param side rows and columns
   * @param stored depth of the weight as it is stored
   * @param read depth of the activation that is read
   * @param bytes of an element
   */
  private record Tile(int side, double stored, double read, double bytes) {
    double multiplyAdds() {
      return side * (double) side * stored;
    }

    double operandBytes() {
      return side * (stored + read) * bytes;
    }

    /** Written once, and read by each warp of a row or column of warps; two warpgroups read the other operand twice. */
    double sharedBytes(boolean warpgroups) {
      return operandBytes() + (warpgroups
          ? side * (stored + 2 * read) * bytes : WARPS_ALONG * operandBytes());
    }

    /** Of a warp. */
    double instructions(boolean warpgroups, WeightDensity density) {
      double fragments = side / (double) WARPS_ALONG / 16;
      double steps = stored * bytes / INSTRUCTION_BYTES;
      double multiply = warpgroups ? steps : fragments * 2 * fragments * steps;
      double load = warpgroups ? 0 : fragments * steps + fragments * read * bytes / INSTRUCTION_BYTES;
      double codes = density.hasCodes() ? fragments * steps : 0;
      double copies = operandBytes() / COPY_BYTES / WARP / WARPS;
      double gathers = density.gathers() ? side * read * bytes / COPY_BYTES / WARP / WARPS * GATHER_INSTRUCTIONS : 0;
      return multiply + load + codes + copies + gathers + iterations() * LOOP_INSTRUCTIONS;
    }

    /** Small tiles are twice as deep. */
    double iterations() {
      return Math.ceil(read * bytes / (side == LARGE ? 64 : 128));
    }

    /** Clocks that a block waits for loads: all stages but one are under way; kept columns have to be known first. */
    double waits(WeightDensity density) {
      return LATENCY * (1 + iterations() / (STAGES - 1) + (density.gathers() ? 1 : 0));
    }
  }
}
