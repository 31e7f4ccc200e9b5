package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.Expression;
import nibble.ir.shape.Shape;

/**
 * {@code full([B, D], 0.5)}, {@code zeros([B, D])}, {@code ones([B, D])}: numbers that take the format of what they
 * meet.
 */
final class Filling {
  private Filling() {}

  static Operand full(CallSite site) {
    return site.bind(List.of("shape", "value"), 2)
        .map(arguments -> {
          Operand value = Expressions.evaluate(arguments.get("value"), site.frame());
          Optional<Double> number = value.constantNumber();
          if (number.isEmpty()) {
            return value instanceof Operand.Failed ? value : site.frame().fail(arguments.get("value").span()
                .error("'full' takes a number that is known now, not " + Text.of(value))
                .hint("x.broadcast[B, D] repeats a tensor"));
          }
          return fill(arguments.get("shape"), number.get(), site);
        })
        .orElse(Operand.FAILED);
  }

  static Operand zeros(CallSite site) {
    return site.bind(List.of("shape"), 1)
        .map(arguments -> fill(arguments.get("shape"), 0, site)).orElse(Operand.FAILED);
  }

  static Operand ones(CallSite site) {
    return site.bind(List.of("shape"), 1)
        .map(arguments -> fill(arguments.get("shape"), 1, site)).orElse(Operand.FAILED);
  }

  private static Operand fill(Expression shape, double value, CallSite site) {
    Optional<Shape> extents = AttributeReader.shape(shape, site.frame());
    return extents
        .<Operand>map(known -> new Operand.Literal(ImmutableList.of(value), known, Optional.empty()))
        .orElse(Operand.FAILED);
  }
}
