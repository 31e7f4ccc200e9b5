package nibble.passes.precision;

import java.util.List;
import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.shape.Dim;

/**
 * Which scaled types a matrix product takes directly. A backend multiplies codes and applies scales to sums of
 * products, so the scales of both operands must be constant along the inner axis K inside blocks of K, and the blocks
 * of both operands must have the same size. An operand with one scale for the whole of K (per token, per channel, per
 * tensor) goes with any block size of the other.
 */
final class ScaledProduct {
  private ScaledProduct() {}

  /** Why a product can't take these operands, if it can't. */
  static Optional<String> obstacle(TensorType left, TensorType right, boolean transposeB) {
    for (TensorType type : List.of(left, right)) {
      if (type.zeroType().isPresent() && (type.format().bits() > Byte.SIZE || zeroBits(type) > Byte.SIZE)) {
        return Optional.of("codes of " + type + " less their zero points are too wide to be multiplied as they are");
      }
    }
    Optional<Long> leftBlock = innerBlock(left, left.rank() - 1);
    Optional<Long> rightBlock = innerBlock(right, transposeB ? right.rank() - 1 : right.rank() - 2);
    if (isSingle(leftBlock) || isSingle(rightBlock)) {
      return Optional.of("the scales of " + (isSingle(leftBlock) ? left : right)
          + " differ from element to element along the inner axis, so no sum of products of codes shares one");
    }
    if (leftBlock.isPresent() && rightBlock.isPresent() && !leftBlock.equals(rightBlock)) {
      return Optional.of("the scale blocks along the inner axis have " + leftBlock.get() + " elements on the left and "
          + rightBlock.get() + " on the right");
    }
    return Optional.empty();
  }

  private static int zeroBits(TensorType type) {
    return type.zeroType().orElseThrow().format().bits();
  }

  /** How many consecutive elements of K share a scale; nothing for all of them. */
  private static Optional<Long> innerBlock(TensorType type, int axis) {
    Dim extent = type.shape().dim(axis);
    Dim side = type.scale().orElseThrow().granularity().box(type.shape()).get(axis);
    boolean whole = side.equals(extent)
        || (side.isConstant() && extent.isConstant() && side.constant() >= extent.constant());
    return whole ? Optional.empty() : Optional.of(side.constant());
  }

  private static boolean isSingle(Optional<Long> block) {
    return block.isPresent() && block.get() == 1;
  }
}
