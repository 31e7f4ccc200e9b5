package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.dsl.syntax.Expression;
import nibble.ir.Op;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.format.Formats;
import nibble.ir.op.BinaryOp;
import nibble.ir.op.Gelu;
import nibble.ir.op.UnaryOp;
import nibble.ir.text.OpRecord;

/** Calls of ops by their names: operands by position, attributes by name. Plugins' ops are called so too. */
final class OpCalls {
  /** Names that attributes have besides their own. */
  private static final ImmutableMap<String, String> ALIASES = ImmutableMap.of("eps", "epsilon", "axis", "axes");

  /** Attributes that may be left out, by op and name. */
  private static final ImmutableMap<String, ImmutableMap<String, Object>> DEFAULTS =
      ImmutableMap.<String, ImmutableMap<String, Object>>builder()
          .put("layer_norm", ImmutableMap.of("epsilon", 1e-12))
          .put("rms_norm", ImmutableMap.of("epsilon", 1e-6))
          .put("gelu", ImmutableMap.of("kind", Gelu.Kind.ERF))
          .put("dequantize", ImmutableMap.of("to", Formats.F32))
          .put("slice", ImmutableMap.of("step", 1L))
          .put("matmul", ImmutableMap.of("transposeB", false))
          .put("grouped_matmul", ImmutableMap.of("transposeB", false))
          .put("reduce_sum", ImmutableMap.of("keep", false))
          .put("reduce_mean", ImmutableMap.of("keep", false))
          .put("reduce_max", ImmutableMap.of("keep", false))
          .put("reduce_min", ImmutableMap.of("keep", false))
          .buildOrThrow();

  private OpCalls() {}

  static Operand call(CallSite site) {
    Frame frame = site.frame();
    OpRecord record = OpRecord.of(frame.session().registry().op(site.name()).orElseThrow());
    List<Operand> operands =
        site.positional().stream().map(operand -> Expressions.evaluate(operand, frame)).toList();
    if (operands.contains(Operand.FAILED)) {
      return Operand.FAILED;
    }
    if (record.size() == 0 && site.acceptNames(ImmutableSet.of()) && operands.size() == 1) {
      Optional<Operand> known = make(record, new Object[0], site)
          .filter(UnaryOp.class::isInstance)
          .flatMap(function -> Folding.apply((UnaryOp) function, operands.getFirst()));
      if (known.isPresent()) {
        return known.get();
      }
    }
    Optional<ImmutableList<Value>> values =
        Adaptation.values(operands, site.positional(), Formats.F32, frame);
    return values.flatMap(found -> attributes(record, found, site)
            .map(attributes -> emit(record, attributes, found, site)))
        .orElse(Operand.FAILED);
  }

  private static Operand emit(OpRecord record, Object[] attributes, List<Value> operands, CallSite site) {
    Optional<Op> op = make(record, attributes, site);
    if (op.isPresent() && op.get().regionCount() > 0) {
      return site.fail("'" + site.name() + "' has regions, so it can't be called");
    }
    return op.map(made -> site.frame().emit(site.span(), made, operands.toArray(Value[]::new)))
        .orElse(Operand.FAILED);
  }

  /** The op; nothing where it refuses its attributes, which is reported. */
  private static Optional<Op> make(OpRecord record, Object[] attributes, CallSite site) {
    try {
      return Optional.of(record.make(attributes));
    } catch (IllegalArgumentException | ArithmeticException e) {
      site.frame().report(site.span().error(Text.ofMessage(e.getMessage())));
      return Optional.empty();
    }
  }

  /** Values of all attributes in the order of the record; nothing where an error has been reported. */
  private static Optional<Object[]> attributes(OpRecord record, List<Value> operands, CallSite site) {
    if (!site.acceptNames(acceptedNames(record))) {
      return Optional.empty();
    }
    int rank = operands.isEmpty() ? 0 : operands.getFirst().tensorType().rank();
    Map<String, Object> defaults = DEFAULTS.getOrDefault(site.name(), ImmutableMap.of());
    Object[] values = new Object[record.size()];
    boolean complete = true;
    for (int i = 0; i < values.length; i++) {
      String name = record.name(i);
      Optional<Expression> given = given(name, site);
      boolean optional = record.type(i).getTypeName().startsWith(Optional.class.getName());
      Optional<?> value;
      if (given.isPresent()) {
        value = new OpAttributes(name, rank, site.frame()).read(given.get(), record.type(i));
      } else if (optional) {
        value = Optional.of(Optional.empty());
      } else {
        value = Optional.ofNullable(defaults.get(name)).or(() -> computedDefault(site.name(), name, operands));
        if (value.isEmpty()) {
          missing(name, record, site);
        }
      }
      complete &= value.isPresent();
      values[i] = value.orElse(null);
    }
    return complete ? Optional.of(values) : Optional.empty();
  }

  private static Optional<Object> computedDefault(String op, String attribute, List<Value> operands) {
    boolean isProduct = op.equals("matmul") && operands.size() == 2
        || op.equals("grouped_matmul") && operands.size() == 3;
    if (isProduct && attribute.equals("to")) {
      TensorType left = operands.get(0).tensorType();
      return Optional.of(Products.resultFormat(left, operands.get(1).tensorType()));
    }
    return Optional.empty();
  }

  private static void missing(String attribute, OpRecord record, CallSite site) {
    Diagnostic diagnostic =
        site.callee().span().error("'" + site.name() + "' needs the attribute " + attribute);
    site.frame().report(diagnostic.hint("its attributes are " + String.join(", ", record.names())
        + ": " + site.name() + "(..., " + attribute + " = ...)"));
  }

  private static ImmutableSet<String> acceptedNames(OpRecord record) {
    ImmutableSet.Builder<String> names = ImmutableSet.<String>builder().addAll(record.names());
    ALIASES.forEach((alias, name) -> {
      if (record.names().contains(name)) {
        names.add(alias);
      }
    });
    return names.build();
  }

  private static Optional<Expression> given(String attribute, CallSite site) {
    if (site.named().containsKey(attribute)) {
      return Optional.of(site.named().get(attribute));
    }
    return ALIASES.entrySet().stream()
        .filter(alias -> alias.getValue().equals(attribute) && site.named().containsKey(alias.getKey()))
        .map(alias -> site.named().get(alias.getKey()))
        .findFirst();
  }

  /** An op on two operands that broadcast, where numbers adapt. */
  static Operand elementwise(BinaryOp op, CallSite site) {
    Frame frame = site.frame();
    List<Operand> operands =
        site.positional().stream().map(operand -> Expressions.evaluate(operand, frame)).toList();
    Optional<Double> a = Folding.plainNumber(operands.get(0));
    Optional<Double> b = Folding.plainNumber(operands.get(1));
    if (a.isPresent() && b.isPresent()) {
      return Operand.of(op.apply(a.get(), b.get()));
    }
    return Adaptation.values(operands, site.positional(), Formats.F32, frame)
        .map(values -> frame.emit(site.span(), op, values.get(0), values.get(1)))
        .orElse(Operand.FAILED);
  }
}
