package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Expression.Subscript;
import nibble.dsl.syntax.Identifier;
import nibble.ir.TensorType;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.RoundingMode;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRule;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.text.Attributes;

/**
 * Reads an attribute of any op by the Java type that the op's record gives it. An attribute of another type, such as
 * a plugin may have, is a string in the syntax of the IR's text.
 *
 * @param name of the attribute; one named {@code axis} or {@code axes} may be negative
 * @param rank of the op's first operand
 * @param frame where the call stands
 */
record OpAttributes(String name, int rank, Frame frame) {
  Optional<Object> read(Expression expression, Type type) {
    Class<?> raw = (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
    if (raw == Optional.class) {
      return read(expression, argument(type)).map(Optional::of);
    }
    if (raw == ImmutableList.class) {
      return list(expression, argument(type));
    }
    if (raw.isEnum()) {
      return AttributeReader.constant(expression, raw, frame).map(constant -> constant);
    }
    if (raw == int.class || raw == Integer.class) {
      return name.equals("axis") || name.equals("axes")
          ? AttributeReader.axis(expression, rank, frame).map(axis -> axis)
          : integer(expression).map(Math::toIntExact);
    }
    if (raw == long.class || raw == Long.class) {
      return integer(expression).map(number -> number);
    }
    if (raw == double.class || raw == Double.class) {
      return AttributeReader.number(expression, frame).map(number -> number);
    }
    if (raw == boolean.class || raw == Boolean.class) {
      return AttributeReader.truth(expression, frame).map(truth -> truth);
    }
    return ofClass(expression, raw, type);
  }

  private Optional<Object> ofClass(Expression expression, Class<?> raw, Type type) {
    if (raw == Dim.class) {
      return Types.extent(expression, frame).map(dim -> dim);
    }
    if (raw == Shape.class) {
      return AttributeReader.shape(expression, frame).map(shape -> shape);
    }
    if (raw == NumberFormat.class) {
      return AttributeReader.format(expression, frame).map(format -> format);
    }
    if (raw == Granularity.class) {
      return AttributeReader.granularity(expression, frame).map(granularity -> granularity);
    }
    if (raw == RoundingMode.class) {
      return AttributeReader.rounding(expression, frame).map(rounding -> rounding);
    }
    if (raw == ScaleRule.class) {
      return AttributeReader.scaleRule(expression, frame).map(rule -> rule);
    }
    if (raw == ScaleLayout.class && !(expression instanceof Expression.Text)) {
      return Precisions.scaleLayout(expression, frame).map(layout -> layout);
    }
    if (raw == TensorType.class && !(expression instanceof Expression.Text)) {
      return tensorType(expression).map(tensorType -> tensorType);
    }
    if (expression instanceof Expression.Text text) {
      return raw == String.class
          ? Optional.of(text.value())
          : AttributeReader.parse(text.value(), text.span(), reader -> Attributes.parse(reader, type), frame);
    }
    frame.report(expression.span().error("the attribute " + name + " is written as a string here"));
    return Optional.empty();
  }

  private static Type argument(Type type) {
    return ((ParameterizedType) type).getActualTypeArguments()[0];
  }

  private Optional<Long> integer(Expression expression) {
    return Sizes.constant(expression, frame);
  }

  private Optional<Object> list(Expression expression, Type item) {
    List<Expression> items = expression instanceof Expression.Array array ? array.items() : List.of(expression);
    ImmutableList.Builder<Object> values = ImmutableList.builder();
    int read = 0;
    for (Expression each : items) {
      Optional<Object> value = read(each, item);
      value.ifPresent(values::add);
      read += value.isPresent() ? 1 : 0;
    }
    return read == items.size() ? Optional.of(values.build()) : Optional.empty();
  }

  /** {@code f32[B, S]}, which reads as an index, or {@code f32}. */
  private Optional<TensorType> tensorType(Expression expression) {
    Optional<Identifier> format = switch (expression) {
      case Expression.Name scalar -> Optional.of(scalar.identifier());
      case Expression.Index index when index.base() instanceof Expression.Name base -> Optional.of(base.identifier());
      default -> Optional.empty();
    };
    if (format.isEmpty()) {
      frame.report(expression.span().error("this must be a type, such as f32[B, 384]"));
      return Optional.empty();
    }
    ImmutableList.Builder<Expression> extents = ImmutableList.builder();
    if (expression instanceof Expression.Index index) {
      for (Subscript subscript : index.subscripts()) {
        if (!(subscript instanceof Subscript.At at)) {
          frame.report(subscript.span().error("this is no extent"));
          return Optional.empty();
        }
        extents.add(at.index());
      }
    }
    Optional<Shape> shape =
        AttributeReader.shape(new Expression.Array(expression.span(), extents.build()), frame);
    Optional<NumberFormat> elements = Types.format(format.get(), frame);
    return shape.flatMap(known -> elements.flatMap(element -> Types.of(known, element, expression.span(), frame)));
  }
}
