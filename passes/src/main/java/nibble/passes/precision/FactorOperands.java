package nibble.passes.precision;

import java.util.ArrayList;
import java.util.List;
import nibble.ir.Operation;
import nibble.ir.Value;

/** Operands of products. */
final class FactorOperands {
  private FactorOperands() {}

  /** Those of a product with other factors: a table of members stays. */
  static Value[] with(Operation product, Value left, Value right) {
    List<Value> operands = new ArrayList<>(product.operands());
    operands.set(0, left);
    operands.set(1, right);
    return operands.toArray(Value[]::new);
  }
}
