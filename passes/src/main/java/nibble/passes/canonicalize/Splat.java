package nibble.passes.canonicalize;

import java.util.OptionalDouble;
import nibble.ir.Value;
import nibble.ir.op.Constant;
import nibble.ir.rewrite.RewriteContext;

/** Values that are one known number everywhere. */
final class Splat {
  private Splat() {}

  /** The number, where the value is a constant of equal elements. */
  static OptionalDouble of(Value value, RewriteContext context) {
    return context.match(value, Constant.class)
        .filter(match -> match.op().values().size() == 1)
        .map(match -> OptionalDouble.of(match.op().values().getFirst()))
        .orElse(OptionalDouble.empty());
  }

  /** Whether the value is that number everywhere, down to the sign of zero. */
  static boolean is(Value value, double number, RewriteContext context) {
    OptionalDouble known = of(value, context);
    return known.isPresent() && Double.compare(known.getAsDouble(), number) == 0;
  }
}
