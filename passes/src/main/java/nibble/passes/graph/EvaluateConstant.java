package nibble.passes.graph;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Doubles;
import java.util.List;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.op.BinaryOp;
import nibble.ir.op.Cast;
import nibble.ir.op.Constant;
import nibble.ir.op.Select;
import nibble.ir.op.TensorOp;
import nibble.ir.op.UnaryOp;
import nibble.ir.op.ViewOp;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.rewrite.RewriteContext.Match;

/**
 * Computes an op on constants, in f64 as exact interpretation does. Equal elements everywhere are computed once,
 * whatever the shape, which may be symbolic then.
 *
 * <pre>
 * %0 = constant {values = [2.0]}    =&gt;
 * %1 = exp %0                           %2 = constant {values = [7.38905609893065]}
 * </pre>
 *
 * @param limit most elements of a constant that are not all equal
 */
public record EvaluateConstant(long limit) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof TensorOp op) || op instanceof Constant || operation.operands().isEmpty()) {
      return Optional.empty();
    }
    List<Optional<Match<Constant>>> matches =
        operation.operands().stream().map(operand -> context.match(operand, Constant.class)).toList();
    TensorType type = operation.result().tensorType();
    if (!type.isPlain() || matches.stream().anyMatch(Optional::isEmpty)) {
      return Optional.empty();
    }
    List<Constant> constants = matches.stream().map(match -> match.orElseThrow().op()).toList();
    return evaluate(op, constants, type)
        .map(constant -> ImmutableList.of(context.builder().add(constant)));
  }

  private Optional<Constant> evaluate(TensorOp op, List<Constant> constants, TensorType type) {
    boolean uniform = constants.stream().allMatch(constant -> constant.values().size() == 1);
    if (uniform && isElementwise(op)) {
      return Optional.of(Constant.splat(single(op, constants, type), type));
    }
    boolean constantShapes = type.shape().isConstant()
        && constants.stream().allMatch(constant -> constant.result().shape().isConstant());
    if (!constantShapes || type.shape().size().constant() > limit || constants.stream().anyMatch(this::isLarge)) {
      return Optional.empty();
    }
    List<Tensor> operands = constants.stream().map(constant -> constant.eval(List.of(), constant.result())).toList();
    try {
      double[] elements = op.eval(operands, type).elements();
      return elements.length == 0 ? Optional.empty() : Optional.of(constant(elements, type));
    } catch (InputException e) {
      // Such as an index outside its table: the program fails where it runs, with its inputs at hand.
      return Optional.empty();
    }
  }

  private boolean isLarge(Constant constant) {
    return constant.result().shape().size().constant() > limit;
  }

  /** Whether the result has equal elements where each operand has. */
  private static boolean isElementwise(TensorOp op) {
    return op instanceof UnaryOp || op instanceof BinaryOp || op instanceof Select || op instanceof Cast
        || op instanceof ViewOp;
  }

  private static double single(TensorOp op, List<Constant> constants, TensorType type) {
    if (op instanceof ViewOp) {
      return constants.getFirst().values().getFirst();
    }
    List<Tensor> scalars = constants.stream()
        .map(constant -> Tensor.scalar(TensorType.scalar(constant.result().format()), constant.values().getFirst()))
        .toList();
    return op.eval(scalars, TensorType.scalar(type.format())).elements()[0];
  }

  private static Constant constant(double[] elements, TensorType type) {
    ImmutableList<Double> values = ImmutableList.copyOf(Doubles.asList(elements));
    boolean uniform = values.stream().allMatch(values.getFirst()::equals);
    return uniform ? Constant.splat(values.getFirst(), type) : new Constant(values, type);
  }
}
