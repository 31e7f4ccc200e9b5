package nibble.codegen.index;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.ToLongFunction;
import nibble.ir.shape.Dim;

/**
 * A random index expression and the same as a plain function of its variables.
 *
 * @param expr in normal form
 * @param value computes it step by step
 */
record RandomIndex(IndexExpr expr, ToLongFunction<Map<String, Long>> value) {
  /** Variables; the extents of {@code d} and {@code e} are symbolic. */
  static final Map<String, Dim> EXTENTS = new LinkedHashMap<>(Map.of(
      "a", Dim.of(32), "b", Dim.of(12), "c", Dim.of(7), "d", Dim.symbol("S"), "e", Dim.of(4).times(Dim.symbol("T"))));

  private static final long[] NUMBERS = {1, 2, 3, 4, 7, 8, 12, 32, 64};

  static RandomIndex of(Random random, int depth) {
    if (depth == 0 || random.nextInt(6) == 0) {
      return leaf(random);
    }
    RandomIndex x = of(random, depth - 1);
    Dim number = number(random);
    return switch (random.nextInt(5)) {
      case 0, 1 -> {
        RandomIndex y = of(random, depth - 1);
        yield new RandomIndex(x.expr.plus(y.expr), at -> x.value.applyAsLong(at) + y.value.applyAsLong(at));
      }
      case 2 -> new RandomIndex(x.expr.times(number), at -> x.value.applyAsLong(at) * number.evaluate(at));
      case 3 -> new RandomIndex(x.expr.dividedBy(number), at -> x.value.applyAsLong(at) / number.evaluate(at));
      default -> new RandomIndex(x.expr.modulo(number), at -> x.value.applyAsLong(at) % number.evaluate(at));
    };
  }

  private static RandomIndex leaf(Random random) {
    if (random.nextInt(4) == 0) {
      Dim number = number(random);
      return new RandomIndex(IndexExpr.of(number), number::evaluate);
    }
    String name = EXTENTS.keySet().stream().skip(random.nextInt(EXTENTS.size())).findFirst().orElseThrow();
    return new RandomIndex(IndexExpr.variable(name, EXTENTS.get(name)), at -> at.get(name));
  }

  private static Dim number(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> Dim.symbol("S");
      case 1 -> Dim.of(4).times(Dim.symbol("T"));
      default -> Dim.of(NUMBERS[random.nextInt(NUMBERS.length)]);
    };
  }

  /** Sizes, and a value below its extent for each variable. */
  static Map<String, Long> assignment(Random random) {
    Map<String, Long> assignment = new LinkedHashMap<>();
    assignment.put("S", 1L + random.nextInt(40));
    assignment.put("T", 1L + random.nextInt(10));
    EXTENTS.forEach((name, extent) -> assignment.put(name, random.nextLong(extent.evaluate(assignment))));
    return assignment;
  }
}
