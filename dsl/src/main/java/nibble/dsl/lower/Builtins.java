package nibble.dsl.lower;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.BinaryOperator;
import nibble.dsl.syntax.Expression;
import nibble.ir.op.Iota;
import nibble.ir.op.Maximum;
import nibble.ir.op.Minimum;
import nibble.ir.op.ReduceMax;
import nibble.ir.op.ReduceMean;
import nibble.ir.op.ReduceMin;
import nibble.ir.op.ReduceSum;

/** The functions of the language; every other op of the registry is called by its own name. */
final class Builtins {
  private static final ImmutableMap<String, Builtin> ALL = ImmutableMap.<String, Builtin>builder()
      .put("sum", new Reduction(ReduceSum::new, Optional.empty()))
      .put("mean", new Reduction(ReduceMean::new, Optional.empty()))
      .put("max", new Reduction(ReduceMax::new, Optional.of(new Maximum())))
      .put("min", new Reduction(ReduceMin::new, Optional.of(new Minimum())))
      .put("softmax", Movement::softmax)
      .put("where", Builtins::where)
      .put("select", Builtins::where)
      .put("cast", Builtins::cast)
      .put("reshape", Reshaping::call)
      .put("broadcast", Reshaping::call)
      .put("transpose", Movement::transpose)
      .put("concat", Movement::concat)
      .put("gather", Movement::gather)
      .put("iota", Builtins::iota)
      .put("full", Filling::full)
      .put("zeros", Filling::zeros)
      .put("ones", Filling::ones)
      .put("quantize", Quantizing::quantize)
      .put("matmul", Builtins::matmul)
      .buildOrThrow();

  private Builtins() {}

  static Optional<Builtin> find(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  static ImmutableSet<String> names() {
    return ALL.keySet();
  }

  private static Operand where(CallSite site) {
    return site.bind(List.of("condition", "yes", "no"), 3)
        .map(arguments -> Logic.conditional(
            new Expression.Conditional(
                site.span(), arguments.get("condition"), arguments.get("yes"), arguments.get("no")),
            site.frame()))
        .orElse(Operand.FAILED);
  }

  private static Operand cast(CallSite site) {
    return site.bind(List.of("x", "to"), 2)
        .flatMap(arguments -> AttributeReader.format(arguments.get("to"), site.frame())
            .map(format -> Conversions.cast(
                Expressions.evaluate(arguments.get("x"), site.frame()), format, site.span(), site.frame())))
        .orElse(Operand.FAILED);
  }

  private static Operand iota(CallSite site) {
    return site.bind(List.of("extent"), 1)
        .flatMap(arguments -> Types.extent(arguments.get("extent"), site.frame()))
        .map(extent -> site.frame().emit(site.span(), new Iota(extent)))
        .orElse(Operand.FAILED);
  }

  /** {@code matmul(a, b)} is {@code a @ b}; with attributes it is the op. */
  private static Operand matmul(CallSite site) {
    if (!site.named().isEmpty()) {
      return OpCalls.call(site);
    }
    return site.bind(List.of("a", "b"), 2)
        .map(arguments -> Products.multiply(
            new Expression.Binary(
                site.span(), BinaryOperator.MATMUL, site.callee().span(), arguments.get("a"),
                arguments.get("b")),
            site.frame()))
        .orElse(Operand.FAILED);
  }
}
