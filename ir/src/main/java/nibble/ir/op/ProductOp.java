package nibble.ir.op;

import nibble.ir.format.NumberFormat;

/** A matrix product of the last two axes of its first two operands, perhaps of some rows only. */
public interface ProductOp extends TensorOp {
  /** Whether the right operand is stored as {@code [..,N,K]}. */
  boolean transposeB();

  /** Format of the result. */
  NumberFormat to();
}
