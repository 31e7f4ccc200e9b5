package nibble.codegen.kernel.operand;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import nibble.codegen.kernel.ComputeFormat;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * How products of some format are accumulated.
 *
 * @param left format of the left operand in shared memory
 * @param right format of the right operand there, as wide
 * @param accumulator format of the accumulators
 * @param k depth of one tensor-core instruction of 16 x 8, counted in stored elements of the left operand; 0 where
 *     products are fused multiply-adds
 * @param blockK depth of a large tile of shared memory
 * @param unpacks whether operands become that format in registers, which takes some more of them
 * @param sumsCoarsely whether accumulators keep so few bits that each tile's sum is added to others in f32: tensor
 *     cores of sm_89 and sm_90a keep 13 fraction bits of sums of 8-bit floats (DeepSeek-V3 Technical Report, section
 *     3.3.2, promotes them every 128 products)
 * @param scaleGroup how many elements of the depth share the scales that instructions apply; 0 where they apply none
 * @param sparse whether the left operand is compressed: half of its elements are stored
 */
public record ProductFormat(
    NumberFormat left, NumberFormat right, NumberFormat accumulator, int k, int blockK, boolean unpacks,
    boolean sumsCoarsely, int scaleGroup, boolean sparse) {
  private static final ImmutableList<ProductFormat> ALL = ImmutableList.of(
      of(Formats.I8, Formats.I32, 32, 64),
      of(Formats.F16, Formats.F32, 16, 32),
      of(Formats.BF16, Formats.F32, 16, 32),
      of(Formats.TF32, Formats.F32, 8, 16),
      of(Formats.F32, Formats.F32, 0, 16));

  /** Floating-point codes become f16 on their way to shared memory, which holds all of them exactly. */
  private static final ProductFormat UNPACKED =
      new ProductFormat(Formats.F16, Formats.F16, Formats.F32, 16, 32, true, false, 0, false);

  /** Narrow integer codes become i8 on their way to shared memory. */
  private static final ProductFormat UNPACKED_INTEGERS =
      new ProductFormat(Formats.I8, Formats.I8, Formats.I32, 32, 64, true, false, 0, false);

  /** Codes that i8 holds. */
  private static final ImmutableList<NumberFormat> BYTES =
      ImmutableList.<NumberFormat>builder().add(Formats.I8).addAll(ComputeFormat.PACKED_INTEGERS).build();

  private static ProductFormat of(NumberFormat operand, NumberFormat accumulator, int k, int blockK) {
    return new ProductFormat(operand, operand, accumulator, k, blockK, false, false, 0, false);
  }

  /** Codes of a byte that instructions multiply as they are. */
  public static ProductFormat ofBytes(NumberFormat left, NumberFormat right, boolean sumsCoarsely) {
    return new ProductFormat(left, right, Formats.F32, 32, 64, false, sumsCoarsely, 0, false);
  }

  /** Codes of half a byte that instructions multiply as they are, two to a byte. */
  public static ProductFormat ofNibbles(NumberFormat left, NumberFormat right, NumberFormat sums) {
    return new ProductFormat(left, right, sums, 64, 128, false, false, 0, false);
  }

  /** The same where instructions apply scales of so many elements of the depth. */
  public ProductFormat scaledBy(int group) {
    return new ProductFormat(left, right, accumulator, k, blockK, unpacks, sumsCoarsely, group, sparse);
  }

  /** The same with half of the left operand stored. */
  public ProductFormat ofSparse() {
    return new ProductFormat(left, right, accumulator, k, blockK, unpacks, sumsCoarsely, scaleGroup, true);
  }

  /** How products of scaled operands are accumulated, whose codes have these formats. */
  public static Optional<ProductFormat> ofCodes(NumberFormat left, NumberFormat right) {
    if (BYTES.contains(left) && BYTES.contains(right)) {
      return left.equals(right) && left.equals(Formats.I8) ? of(left, right) : Optional.of(UNPACKED_INTEGERS);
    }
    return isHeldByHalf(left) && isHeldByHalf(right) ? Optional.of(UNPACKED) : Optional.empty();
  }

  /** How products of codes less zero points of a byte are accumulated, of one operand or of both. */
  public static Optional<ProductFormat> ofDifferences(NumberFormat left, NumberFormat right) {
    return isHeldByHalf(left) && isHeldByHalf(right) ? Optional.of(UNPACKED) : Optional.empty();
  }

  /** Whether f16 holds the codes. */
  private static boolean isHeldByHalf(NumberFormat codes) {
    return BYTES.contains(codes) || codes.equals(Formats.U8)
        || ComputeFormat.isCode(codes) && LongStream.range(0, 1L << codes.bits())
        .mapToDouble(codes::decode).filter(Double::isFinite).allMatch(value -> Formats.F16.round(value) == value);
  }

  /** How products of plain operands are accumulated. */
  public static Optional<ProductFormat> of(NumberFormat left, NumberFormat right) {
    return ALL.stream().filter(product -> product.left.equals(left) && product.right.equals(right)).findFirst();
  }

  /** The formats that matrix products take, for messages. */
  public static String known() {
    return String.join(", ", ALL.stream().map(product -> product.left.name()).toList());
  }

  /** The format of one of the operands as instructions take it. */
  public NumberFormat operand(boolean isLeft) {
    return isLeft ? left : right;
  }

  /** Bits of an element of either operand, as it is stored. */
  public int bits() {
    return left.storageBits();
  }

  /** The formats of codes that matrix products take, for messages. */
  public static String knownCodes() {
    return String.join(", ", Stream.of(BYTES, ComputeFormat.FLOAT_CODES).flatMap(List::stream)
        .map(NumberFormat::name).toList());
  }

  /** Whether an instruction multiplies tiles of it; else threads multiply element by element. */
  public boolean onTensorCores() {
    return k > 0;
  }

  /** Whether instructions apply scales. */
  public boolean appliesScales() {
    return scaleGroup > 0;
  }

  /** Depth of a step of the inner loop: of one instruction, or of one vector of a thread. */
  public int step() {
    if (sparse) {
      return 2 * k;
    }
    return onTensorCores() ? k : 4;
  }
}
