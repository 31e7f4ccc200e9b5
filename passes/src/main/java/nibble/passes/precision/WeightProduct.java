package nibble.passes.precision;

import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.op.Dequantize;
import nibble.ir.op.MatMul;

/**
 * A matrix product whose right operand is a weight, with its operands as they are stored.
 *
 * @param left the activation
 * @param leftInner the axis of the stored activation that is summed over
 * @param right the weight
 * @param rightInner the axis of the stored weight that is summed over
 */
record WeightProduct(StoredOperand left, int leftInner, StoredOperand right, int rightInner) {
  /** Behind a path and the name of a weight: matrices that its activation is multiplied by, which are no weights. */
  static final String TRANSFORM = ".transform";

  /**
   * Reads products.
   *
   * @param definitions of the function's values
   */
  record Reader(Definitions definitions) {
    /** Why a product is none of plain numbers with a weight, if it is none. */
    Optional<String> obstacle(Operation product) {
      for (int i = 0; i < 2; i++) {
        TensorType type = product.operand(i).tensorType();
        StoredOperand operand = StoredOperand.of(product.operand(i), definitions);
        boolean dequantized =
            definitions.of(operand.stored()).filter(below -> below.op() instanceof Dequantize).isPresent();
        if (type.isScaled() || dequantized) {
          return Optional.of("its operands are quantized already");
        }
        if (!type.isPlain() || !type.format().isFloat()) {
          return Optional.of("it multiplies " + type + ", which is not plain floating point");
        }
      }
      StoredOperand right = StoredOperand.of(product.operand(1), definitions);
      if (right.weight().isPresent()) {
        return right.weight().get().key().contains(TRANSFORM + "@")
            ? Optional.of("its right operand transforms an activation before that is quantized") : Optional.empty();
      }
      return Optional.of(StoredOperand.of(product.operand(0), definitions).weight().isPresent()
          ? "its weight is the left operand; only right operands are quantized as weights"
          : "its right operand is no weight but the " + right.description());
    }

    WeightProduct read(Operation product) {
      StoredOperand left = StoredOperand.of(product.operand(0), definitions);
      StoredOperand right = StoredOperand.of(product.operand(1), definitions);
      int leftRank = product.operand(0).tensorType().rank();
      int rightRank = product.operand(1).tensorType().rank();
      boolean transposed = ((MatMul) product.op()).transposeB();
      return new WeightProduct(
          left, left.storedAxis(leftRank - 1), right, right.storedAxis(transposed ? rightRank - 1 : rightRank - 2));
    }
  }
}
