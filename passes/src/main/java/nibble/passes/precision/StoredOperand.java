package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import nibble.ir.BlockBuilder;
import nibble.ir.Location;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Cast;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Quantize;
import nibble.ir.op.TensorOp;
import nibble.ir.op.Transpose;
import nibble.ir.op.ViewOp;
import nibble.ir.op.Weight;

/**
 * An operand of a matrix product as it is stored: below the casts and transposes that stand between it and the product.
 * It is quantized there, and transposed again behind the dequantize, so that it is stored once, as codes.
 *
 * @param stored the value that is quantized
 * @param transposes what stands between it and the product, the product's side first; none of the casts
 * @param weight the weight that it is computed from, with constants at most, where it is one
 * @param description what the operand is, for people: {@code weight 'q'}, {@code result of softmax}, {@code input %x}
 */
record StoredOperand(Value stored, ImmutableList<Operation> transposes, Optional<Weight> weight, String description) {

  static StoredOperand of(Value operand, Definitions definitions) {
    List<Operation> transposes = new ArrayList<>();
    Value stored = operand;
    Optional<Operation> below = definitions.of(stored);
    while (below.isPresent()) {
      boolean cast = below.get().op() instanceof Cast && below.get().operand(0).tensorType().format().isFloat();
      if (below.get().op() instanceof Transpose) {
        transposes.add(below.get());
      } else if (!cast) {
        break;
      }
      stored = below.get().operand(0);
      below = definitions.of(stored);
    }
    Optional<Weight> weight = new ConstantValues(definitions).weight(stored);
    String description =
        weight.isPresent() ? "weight '" + weight.get().key() + "'" : description(stored, definitions);
    return new StoredOperand(stored, ImmutableList.copyOf(transposes), weight, description);
  }

  /** Walks down through ops of one operand. */
  private static Value origin(Value value, Definitions definitions, Predicate<Op> passes) {
    Value origin = value;
    Optional<Operation> below = definitions.of(origin);
    while (below.isPresent() && passes.test(below.get().op())) {
      origin = below.get().operand(0);
      below = definitions.of(origin);
    }
    return origin;
  }

  /** What is computed or given, whatever views, casts and quantizers it goes through. */
  private static String description(Value stored, Definitions definitions) {
    Value origin = origin(stored, definitions, op ->
        op instanceof ViewOp || op instanceof Cast || op instanceof Dequantize || op instanceof Quantize);
    Optional<Operation> definition = definitions.of(origin);
    if (definition.isEmpty()) {
      return "input " + origin;
    }
    return "result of " + definition.get().op().name();
  }

  /** The axis of the stored value that an axis of the operand is. */
  int storedAxis(int axis) {
    int stored = axis;
    for (Operation transpose : transposes) {
      stored = ((Transpose) transpose.op()).axes().get(stored);
    }
    return stored;
  }

  /**
   * What stands for the operand in a product when something else is stored: cast to its format and transposed.
   *
   * @param other of the shape of the stored value
   */
  Value toOperand(Value other, NumberFormat format, BlockBuilder builder) {
    Location product = builder.location();
    Value value = other.tensorType().format().equals(format) ? other : builder.add(new Cast(format), other);
    for (Operation transpose : fromStored()) {
      value = builder.at(transpose.location()).add(transpose.op(), value);
    }
    builder.at(product);
    return value;
  }

  /** What the product sees of a stored tensor: transposed as the operand is. */
  Tensor toOperand(Tensor other) {
    Tensor tensor = other;
    for (Operation transpose : fromStored()) {
      TensorOp op = (TensorOp) transpose.op();
      tensor = op.eval(List.of(tensor), op.infer(List.of(tensor.type())));
    }
    return tensor;
  }

  /** The transposes in the order in which they apply to the stored value. */
  private ImmutableList<Operation> fromStored() {
    return transposes.reverse();
  }
}
