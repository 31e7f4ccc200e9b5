package nibble.dsl.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Identifier;
import nibble.dsl.syntax.Span;
import nibble.dsl.syntax.TypeExpression;
import nibble.ir.TensorType;
import nibble.ir.format.ForeignFormats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** Finds out what types mean. Where the answer is empty, an error has been reported. */
final class Types {
  private Types() {}

  static Optional<TensorType> resolve(TypeExpression type, Context context) {
    Optional<NumberFormat> format = format(type.format(), context);
    List<Dim> dims = new ArrayList<>();
    boolean complete = format.isPresent();
    if (type.leading().isPresent()) {
      TypeExpression.Leading leading = type.leading().get();
      context.leadingAxes(leading.name()).ifPresentOrElse(dims::addAll, () -> context.report(leading.span()
          .error("nothing says here what " + leading + " stands for")
          .hint("an entry point names all its axes; other functions may begin the type of a parameter with ..")));
      complete &= context.leadingAxes(leading.name()).isPresent();
    }
    for (Expression extent : type.extents()) {
      Optional<Dim> dim = extent(extent, context);
      complete &= dim.isPresent();
      dim.ifPresent(dims::add);
    }
    return complete
        ? of(Shape.of(dims), format.get(), type.span(), context)
            .flatMap(plain -> Precisions.apply(plain, type.precision(), context))
        : Optional.empty();
  }

  /** The type of a shape that no tensor is too large for. */
  static Optional<TensorType> of(Shape shape, NumberFormat format, Span at, Context context) {
    try {
      return Optional.of(TensorType.of(shape, format));
    } catch (IllegalArgumentException e) {
      context.report(at.error(Text.ofMessage(e.getMessage())));
      return Optional.empty();
    }
  }

  /** A size that may be the extent of an axis. */
  static Optional<Dim> extent(Expression expression, Context context) {
    Optional<Dim> dim = Sizes.evaluate(expression, context);
    if (dim.isPresent() && dim.get().isConstant() && dim.get().constant() < 0) {
      context.report(expression.span().error("an extent is not negative, this is " + dim.get()));
      return Optional.empty();
    }
    return dim;
  }

  static Optional<NumberFormat> format(Identifier name, Context context) {
    Optional<NumberFormat> format = context.session().registry().format(name.name());
    if (format.isEmpty()) {
      String message = "there is no number format '" + name + "'";
      context.reportUnknown(
          name, message, context.session().registry().formats().keySet(), ForeignFormats.hint(name.name()));
    }
    return format;
  }
}
