package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.ir.Block;
import nibble.ir.Op;
import nibble.ir.TensorType;
import nibble.ir.Type;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;

/** An op from tensors to one tensor, with no regions. */
public interface TensorOp extends Op {
  /**
   * The type rule.
   *
   * @throws TypeRuleException where the operands do not fit
   */
  TensorType infer(List<TensorType> operands);

  /**
   * The meaning, in f64.
   *
   * @param operands values of constant shape
   * @param result the inferred type, of constant shape
   */
  Tensor eval(List<Tensor> operands, TensorType result);

  /**
   * A bound of the error of each element when a kernel computes the op from approximate operands.
   *
   * @param operands exact values and bounds of their errors
   * @param result what {@link #eval} gives for the exact values
   * @param model the kernel's arithmetic
   */
  double[] error(List<Approximate> operands, Tensor result, ErrorModel model);

  @Override
  default ImmutableList<Type> resultTypes(List<Type> operands, List<Block> regions) {
    return ImmutableList.of(infer(operands.stream().map(this::tensor).toList()));
  }

  private TensorType tensor(Type type) {
    if (type instanceof TensorType tensor) {
      return tensor;
    }
    throw new TypeRuleException(name() + " takes tensors, not " + type);
  }

  /** Refuses a wrong number of operands. */
  default void expectOperands(List<?> operands, int count) {
    if (operands.size() != count) {
      throw new TypeRuleException(
          name() + " takes " + count + (count == 1 ? " operand" : " operands") + ", not " + operands.size());
    }
  }

  /** Refuses an operand with scales or a sparse layout. */
  default TensorType expectPlain(TensorType type) {
    if (!type.isPlain()) {
      throw new TypeRuleException(name() + " takes plain tensors, not " + type, "dequantize it first");
    }
    return type;
  }

  /** Refuses an operand of integers. */
  default TensorType expectFloat(TensorType type) {
    if (!expectPlain(type).format().isFloat()) {
      throw new TypeRuleException(
          name() + " takes floating-point elements, not " + type.format().name(), "cast it to f32");
    }
    return expectNumbers(type);
  }

  /** Refuses an operand of truth values, which are compared and combined, or of a format for codes or scales. */
  default TensorType expectNumbers(TensorType type) {
    if (expectPlain(type).format().equals(Formats.BOOL)) {
      throw new TypeRuleException(name() + " takes numbers, not truth values", "cast them to i32 or f32");
    }
    if (!type.format().isArithmetic()) {
      throw new TypeRuleException(
          name() + " takes no " + type.format().name() + ", in which nothing is computed", "cast it to f32");
    }
    return type;
  }

  /** Refuses an axis that a tensor of that rank does not have, counted from the front. */
  default int expectAxisFromFront(int axis, int rank) {
    if (axis < 0) {
      throw new TypeRuleException(name() + " counts axes from the front, so there is no axis " + axis);
    }
    return expectAxis(axis, rank);
  }

  /** The axis counted from the front; a negative one counts from the back. */
  default int expectAxis(int axis, int rank) {
    if (axis < -rank || axis >= rank) {
      throw new TypeRuleException(name() + " has no axis " + axis + " in a tensor of rank " + rank);
    }
    return axis < 0 ? axis + rank : axis;
  }
}
