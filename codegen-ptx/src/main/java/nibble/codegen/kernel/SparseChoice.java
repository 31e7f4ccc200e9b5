package nibble.codegen.kernel;

import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import nibble.codegen.target.Feature;
import nibble.codegen.target.Feature.Support;
import nibble.codegen.target.Target;
import nibble.codegen.target.TensorFormat;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.GroupPattern;
import nibble.ir.op.Amax;
import nibble.ir.op.Decompress;

/** Whether a target multiplies a compressed operand as it is stored, and how; what it doesn't is decompressed. */
final class SparseChoice {
  private static final ImmutableSet<NumberFormat> HALVES = ImmutableSet.of(Formats.F16, Formats.BF16);
  private static final ImmutableSet<NumberFormat> FP8 = ImmutableSet.of(Formats.E4M3, Formats.E5M2);
  private static final ImmutableSet<NumberFormat> INTEGERS = ImmutableSet.of(Formats.I4, Formats.U4);

  /** Elements of the depth of which sparse instructions take a scale that is a power of two. */
  private static final int POWERS = 64;

  /** Elements of the depth of which they take a scale of ue4m3. */
  private static final int SMALL_FLOATS = 32;

  private SparseChoice() {}

  /** The way to multiply a kernel's product by sparse instructions; nothing where no operand is compressed. */
  static Optional<ProductChoice> of(Operation kernel, Product product, Target target) {
    List<Operation> operations = kernel.regions().getFirst().operations();
    boolean reduces = operations.stream().anyMatch(operation -> operation.op() instanceof Amax);
    return operations.stream()
        .filter(operation -> operation.op() instanceof Decompress)
        .flatMap(operation -> of(product, operation, target, reduces).stream())
        .findFirst();
  }

  private static Optional<ProductChoice> of(Product product, Operation decompress, Target target, boolean reduces) {
    TensorType type = decompress.operand(0).tensorType();
    if (decompress.result().equals(product.operand(false))) {
      return of(product, new SparseWeight(type, false), target, reduces);
    }
    boolean isLeft = decompress.result().equals(product.operand(true)) && product.members().isEmpty();
    return isLeft ? of(product.transposed(), new SparseWeight(type, true), target, reduces) : Optional.empty();
  }

  /**
   * The way to multiply by sparse instructions, of the transposed product.
   *
   * @param product whose right operand is a decompressed one; of an activation, the transposed one
   * @param reduces whether the kernel reduces over boxes of the result, which lie in tiles of 64 rows
   */
  private static Optional<ProductChoice> of(Product product, SparseWeight weight, Target target, boolean reduces) {
    boolean fits = target.support(Feature.MMA_SPARSE) == Support.NATIVE && weight.type().rank() == 2
        && !product.hasResidual() && product.leftType().isScaled() == product.rightType().isScaled()
        && Integer.lowestOneBit(weight.blockRows()) >= (reduces ? 64 : weight.metadata().rows())
        && !(weight.isGathered() && product.scalesVary());
    return fits
        ? format(product, weight.pattern(), target).map(ProductFormat::ofSparse)
            .filter(format -> format.appliesScales() ? weight.fillsTiles(format) : product.scalesFit(format))
            .map(format -> new ProductChoice(format, false, false, format.bits() <= Byte.SIZE, Optional.of(weight)))
        : Optional.empty();
  }

  /** How dense operands of the formats would be multiplied, by the transposed product. */
  private static Optional<ProductFormat> format(Product product, GroupPattern pattern, Target target) {
    NumberFormat left = product.rightType().format();
    NumberFormat right = product.leftType().format();
    boolean scaled = product.leftType().isScaled();
    return switch (pattern) {
      case TWO_OF_FOUR -> {
        if (!scaled) {
          yield HALVES.contains(left) ? ProductFormat.of(left, right) : Optional.empty();
        }
        if (left.equals(Formats.I8) && right.equals(Formats.I8)) {
          yield ProductFormat.ofCodes(left, right);
        }
        boolean isFp8 = FP8.contains(left) && FP8.contains(right) && target.support(Feature.MMA_FP8) == Support.NATIVE;
        yield isFp8
            ? Optional.of(ProductFormat.ofBytes(
                left, right, target.arithmetic(TensorFormat.FP8).orElseThrow().isCoarse()))
            : Optional.empty();
      }
      case FOUR_OF_EIGHT -> scaled ? nibbles(product, left, right, target) : Optional.empty();
      case ONE_OF_TWO -> Optional.empty();
    };
  }

  /** Half bytes: integers, or e2m1 with scales that instructions apply, each of twice the elements of a dense group. */
  private static Optional<ProductFormat> nibbles(
      Product product, NumberFormat left, NumberFormat right, Target target) {
    if (INTEGERS.contains(left) && INTEGERS.contains(right)) {
      return target.support(Feature.MMA_INT4) == Support.NATIVE
          ? Optional.of(ProductFormat.ofNibbles(left, right, Formats.I32)) : Optional.empty();
    }
    boolean isFp4 = left.equals(Formats.E2M1) && right.equals(Formats.E2M1);
    if (!isFp4 || !target.has(Feature.MMA_BLOCK_SCALE) || !product.scalesVary()) {
      return Optional.empty();
    }
    ProductFormat format = ProductFormat.ofNibbles(left, right, Formats.F32);
    if (product.scalesAre(Formats.UE8M0, POWERS)) {
      return Optional.of(format.scaledBy(POWERS));
    }
    return product.scalesAre(Formats.UE4M3, SMALL_FLOATS)
        ? Optional.of(format.scaledBy(SMALL_FLOATS)) : Optional.empty();
  }
}
