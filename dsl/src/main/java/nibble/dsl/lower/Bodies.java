package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Span;
import nibble.dsl.syntax.TypeExpression;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.shape.Shape;

/** Lowers the body of a function and checks its results against what it declares. */
final class Bodies {
  private Bodies() {}

  /** The result, a tuple where there are several. Parameters and sizes are defined in the frame. */
  static Operand run(FunctionRef function, Frame frame) {
    Declaration.Function declaration = function.declaration();
    frame.session().markLowered(declaration);
    Optional<Statements.Returned> returned = Statements.run(declaration.body(), frame);
    if (returned.isEmpty()) {
      return frame.fail(declaration.identifier().span()
          .error("the function '" + function.name() + "' ends without a return"));
    }
    ImmutableList<Operand> results = check(declaration, returned.get(), frame);
    return results.size() == 1 ? results.getFirst() : new Operand.Tuple(results);
  }

  private static ImmutableList<Operand> check(
      Declaration.Function function, Statements.Returned returned, Frame frame) {
    List<TypeExpression> types = function.results();
    ImmutableList<Operand> values = returned.values();
    if (values.size() == 1 && values.getFirst() instanceof Operand.Tuple tuple) {
      values = tuple.items();
    }
    if (types.isEmpty() || values.contains(Operand.FAILED)) {
      return ImmutableList.of(Operand.FAILED);
    }
    if (values.size() != types.size()) {
      frame.report(returned.span()
          .error("the function '" + function.name() + "' returns " + types.size()
              + (types.size() == 1 ? " value" : " values") + ", here are " + values.size()));
      return ImmutableList.of(Operand.FAILED);
    }
    ImmutableList.Builder<Operand> checked = ImmutableList.builder();
    for (int i = 0; i < types.size(); i++) {
      Span at = returned.spans().size() == types.size() ? returned.spans().get(i) : returned.span();
      checked.add(check(types.get(i), values.get(i), at, frame));
    }
    return checked.build();
  }

  private static Operand check(TypeExpression declared, Operand value, Span at, Frame frame) {
    Optional<TensorType> type = Types.resolve(declared, frame);
    if (type.isEmpty()) {
      return Operand.FAILED;
    }
    Diagnostic mismatch = at
        .error("the result is " + Text.of(value) + ", declared is " + Text.of(type.get()))
        .note("it is declared at " + declared.span().positionFrom(at));
    if (value instanceof Operand.Tensor tensor && tensor.type().shape().equals(type.get().shape())) {
      mismatch = mismatch.hint(conversion(tensor.type(), type.get()));
    } else if (value instanceof Operand.Tensor tensor && tensor.type().rank() == type.get().rank()) {
      mismatch = mismatch.note(difference(tensor.type().shape(), type.get().shape()));
    }
    return Values.as(type.get(), value, at, frame, mismatch);
  }

  /** What makes a value of one type one of another of the same shape. */
  static String conversion(TensorType from, TensorType to) {
    if (to.isScaled()) {
      return from.isScaled() ? "dequantize it, and quantize it again" : "quantize it";
    }
    return from.isScaled() ? "dequantize it: x.dequantize()" : "cast it: x as " + to.format().name();
  }

  private static String difference(Shape actual, Shape declared) {
    int axis = 0;
    while (axis < actual.rank() - 1 && actual.dim(axis).equals(declared.dim(axis))) {
      axis++;
    }
    return "axis " + axis + " has " + actual.dim(axis) + " instead of " + declared.dim(axis);
  }
}
