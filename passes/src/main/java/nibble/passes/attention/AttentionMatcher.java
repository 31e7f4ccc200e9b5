package nibble.passes.attention;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.Value;
import nibble.ir.op.Add;
import nibble.ir.op.And;
import nibble.ir.op.Attention;
import nibble.ir.op.Cast;
import nibble.ir.op.Div;
import nibble.ir.op.Exp;
import nibble.ir.op.MatMul;
import nibble.ir.op.Mul;
import nibble.ir.op.Not;
import nibble.ir.op.ReduceMax;
import nibble.ir.op.ReduceSum;
import nibble.ir.op.Select;
import nibble.ir.op.Softmax;
import nibble.ir.op.Sub;
import nibble.ir.shape.Dim;
import nibble.passes.attention.AttentionPattern.Bias;
import nibble.passes.attention.AttentionPattern.Truth;
import nibble.passes.attention.AttentionPattern.Turned;

/**
 * Reads attention off the ops that a model spells it with: the softmax, as one op or as its parts, of a product that is
 * scaled before or behind, by a factor or a divisor, to which masks are added or in which they select, times values.
 */
final class AttentionMatcher {
  /** What a product behind a softmax is. */
  sealed interface Match {
    /** An attention. */
    record Found(AttentionPattern pattern) implements Match {}

    /** Almost one. */
    record Refused(String why) implements Match {}
  }

  /** Why it is not one. */
  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    Refusal(String why) {
      super(why);
    }
  }

  private final Graph graph;
  private final List<Truth> truths = new ArrayList<>();
  private final List<Bias> biases = new ArrayList<>();
  private Optional<Double> fill = Optional.empty();
  private boolean hides;
  private double scale = 1;

  private AttentionMatcher(Graph graph) {
    this.graph = graph;
  }

  /** What a matrix product is; nothing where its left operand is no softmax. */
  static Optional<Match> match(Operation product, Graph graph) {
    Value weights = graph.beforeCasts(product.operand(0));
    return softmaxOf(weights, graph).map(scores -> {
      try {
        return new Match.Found(new AttentionMatcher(graph).read(product, weights, scores));
      } catch (Refusal e) {
        return new Match.Refused(e.getMessage());
      }
    });
  }

  /** The value whose softmax over the last axis a value is. */
  static Optional<Value> softmaxOf(Value weights, Graph graph) {
    Operation definition = graph.definition(weights).orElse(null);
    if (definition == null) {
      return Optional.empty();
    }
    return switch (definition.op()) {
      case Softmax softmax -> Optional.of(definition.operand(0));
      case Div div -> quotientOf(definition, graph);
      default -> Optional.empty();
    };
  }

  /** {@code exp(s - max s) / sum exp(s - max s)}. */
  private static Optional<Value> quotientOf(Operation div, Graph graph) {
    int last = div.result().tensorType().rank() - 1;
    Optional<Operation> exp = graph.definition(div.operand(0)).filter(operation -> operation.op() instanceof Exp);
    Optional<Operation> sum = graph.definition(div.operand(1)).filter(operation ->
        operation.op() instanceof ReduceSum reduce && reduce.keep() && reduce.axes().equals(ImmutableList.of(last))
            && operation.operand(0).equals(div.operand(0)));
    Optional<Operation> difference = exp.flatMap(operation -> graph.definition(operation.operand(0)))
        .filter(operation -> operation.op() instanceof Sub);
    return sum.flatMap(found -> difference).filter(sub -> graph.definition(sub.operand(1)).filter(operation ->
        operation.op() instanceof ReduceMax reduce && reduce.keep() && reduce.axes().equals(ImmutableList.of(last))
            && operation.operand(0).equals(sub.operand(0))).isPresent()).map(sub -> sub.operand(0));
  }

  private AttentionPattern read(Operation product, Value weights, Value scores) throws Refusal {
    if (graph.uses(weights) > 1) {
      throw new Refusal("its weights are used elsewhere too");
    }
    boolean isOneOp = graph.definition(weights).orElseThrow().op() instanceof Softmax;
    Operation multiplied = readScores(scores, 1, isOneOp ? 1 : 2);
    if (!multiplied.result().tensorType().shape().equals(scores.tensorType().shape())) {
      throw new Refusal("its mask has more axes or larger ones than its scores");
    }
    MatMul ofScores = (MatMul) multiplied.op();
    MatMul ofValues = (MatMul) product.op();
    Value queries = unscaled(multiplied.operand(0));
    Value keys = unscaled(multiplied.operand(1));
    Bands bands = bands(multiplied.result().tensorType());
    AttentionPattern pattern = new AttentionPattern(
        queries, new Turned(keys, !ofScores.transposeB()), new Turned(product.operand(1), ofValues.transposeB()),
        scale, bands.causal, bands.window, ImmutableList.copyOf(truths), ImmutableList.copyOf(biases), fill,
        ofValues.to());
    requireTypes(pattern, product);
    return pattern;
  }

  private static void requireTypes(AttentionPattern pattern, Operation product) throws Refusal {
    List<TensorType> types = new ArrayList<>();
    types.add(pattern.queries().tensorType());
    for (Turned turned : List.of(pattern.keys(), pattern.values())) {
      TensorType type = turned.value().tensorType();
      int rank = type.rank();
      types.add(turned.isSwapped() && type.isPlain()
          ? type.withShape(type.shape().slice(0, rank - 2).append(type.shape().last(), type.shape().dim(-2)))
          : type);
    }
    try {
      TensorType result = Attention.of(pattern.scale(), pattern.to()).infer(types);
      if (!result.equals(product.result().tensorType())) {
        throw new Refusal("its leading axes broadcast");
      }
    } catch (TypeRuleException e) {
      throw new Refusal(e.getMessage());
    }
  }

  /** A factor of all of an operand goes into the scale. */
  private Value unscaled(Value operand) {
    Optional<Operation> definition = graph.definition(operand);
    if (definition.isEmpty() || graph.uses(operand) > 1) {
      return operand;
    }
    Operation operation = definition.get();
    OptionalDouble right = operation.operands().size() == 2
        ? graph.number(operation.operand(1)) : OptionalDouble.empty();
    OptionalDouble left = operation.operands().size() == 2
        ? graph.number(operation.operand(0)) : OptionalDouble.empty();
    boolean keepsShape = right.isPresent() && sameShape(operation, 0) || left.isPresent() && sameShape(operation, 1);
    if (!keepsShape) {
      return operand;
    }
    if (operation.op() instanceof Mul) {
      scale *= right.isPresent() ? right.getAsDouble() : left.getAsDouble();
      return unscaled(operation.operand(right.isPresent() ? 0 : 1));
    }
    if (operation.op() instanceof Div && right.isPresent() && right.getAsDouble() != 0) {
      scale /= right.getAsDouble();
      return unscaled(operation.operand(0));
    }
    return operand;
  }

  private static boolean sameShape(Operation operation, int operand) {
    return operation.operand(operand).tensorType().equals(operation.result().tensorType());
  }

  /** Goes up from scores to the product, and notes what is on the way. */
  private Operation readScores(Value value, double factor, int uses) throws Refusal {
    Operation operation = graph.definition(value).orElseThrow(() -> new Refusal("its scores are an input"));
    if (graph.uses(value) > uses) {
      throw new Refusal("its scores are used elsewhere too");
    }
    return switch (operation.op()) {
      case MatMul product -> {
        scale *= factor;
        yield operation;
      }
      case Cast cast when operation.operand(0).tensorType().format().isFloat() ->
          readScores(operation.operand(0), factor, 1);
      case Mul mul when graph.number(operation.operand(1)).isPresent() ->
          readScores(operation.operand(0), factor * graph.number(operation.operand(1)).getAsDouble(), 1);
      case Mul mul when graph.number(operation.operand(0)).isPresent() ->
          readScores(operation.operand(1), factor * graph.number(operation.operand(0)).getAsDouble(), 1);
      case Div div when graph.number(operation.operand(1)).isPresent() ->
          readScores(operation.operand(0), factor / graph.number(operation.operand(1)).getAsDouble(), 1);
      case Add add -> {
        int chain = leadsToProduct(operation.operand(0)) ? 0 : 1;
        add(operation.operand(1 - chain), factor);
        yield readScores(operation.operand(chain), factor, 1);
      }
      case Sub sub -> {
        add(operation.operand(1), -factor);
        yield readScores(operation.operand(0), factor, 1);
      }
      case Select select -> {
        int chain = graph.number(operation.operand(2)).isPresent() ? 1 : 2;
        hide(operation.operand(0), chain == 2, graph.number(operation.operand(3 - chain)), factor);
        yield readScores(operation.operand(chain), factor, 1);
      }
      default -> throw new Refusal("its scores are computed by " + operation.op().name());
    };
  }

  private boolean leadsToProduct(Value value) {
    Optional<Operation> definition = graph.definition(value);
    return definition.isPresent() && switch (definition.get().op()) {
      case MatMul product -> true;
      case Cast cast -> leadsToProduct(definition.get().operand(0));
      case Mul mul -> definition.get().operands().stream().anyMatch(this::leadsToProduct);
      case Div div -> leadsToProduct(definition.get().operand(0));
      case Add add -> definition.get().operands().stream().anyMatch(this::leadsToProduct);
      case Sub sub -> leadsToProduct(definition.get().operand(0));
      case Select select -> definition.get().operands().stream().skip(1).anyMatch(this::leadsToProduct);
      default -> false;
    };
  }

  /** Notes what is added; a choice of zero or negative infinity is a condition. */
  private void add(Value bias, double factor) throws Refusal {
    Optional<Operation> choice = graph.definition(bias).filter(operation -> operation.op() instanceof Select);
    if (choice.isPresent() && factor > 0) {
      OptionalDouble yes = graph.number(choice.get().operand(1));
      OptionalDouble no = graph.number(choice.get().operand(2));
      boolean known = yes.isPresent() && no.isPresent();
      boolean hidesFalse = known && yes.getAsDouble() == 0 && no.getAsDouble() == Double.NEGATIVE_INFINITY;
      boolean hidesTrue = known && no.getAsDouble() == 0 && yes.getAsDouble() == Double.NEGATIVE_INFINITY;
      if (hidesFalse || hidesTrue) {
        hide(choice.get().operand(0), hidesTrue, OptionalDouble.of(Double.NEGATIVE_INFINITY), factor);
        return;
      }
    }
    if (!bias.tensorType().format().isFloat()) {
      throw new Refusal("it adds " + bias.tensorType() + " to its scores");
    }
    biases.add(new Bias(bias, factor));
  }

  /** Notes a condition, and what scores are where it does not hold. */
  private void hide(Value truth, boolean isNegated, OptionalDouble score, double factor) throws Refusal {
    if (score.isEmpty()) {
      throw new Refusal("its mask chooses between scores and other numbers");
    }
    double filled = score.getAsDouble() * factor;
    Optional<Double> other = filled == Double.NEGATIVE_INFINITY ? Optional.empty() : Optional.of(filled);
    if (Double.isNaN(filled) || filled == Double.POSITIVE_INFINITY) {
      throw new Refusal("its mask fills scores with " + filled);
    }
    if (hides && !other.equals(fill)) {
      throw new Refusal("two masks fill its scores with different numbers");
    }
    if (other.isPresent() && !biases.isEmpty()) {
      throw new Refusal("a mask is added to scores that another has filled with " + filled);
    }
    hides = true;
    fill = other;
    split(truth, isNegated);
  }

  private void split(Value truth, boolean isNegated) {
    Optional<Operation> definition = graph.definition(truth);
    if (definition.isPresent() && definition.get().op() instanceof Not) {
      split(definition.get().operand(0), !isNegated);
    } else if (definition.isPresent() && definition.get().op() instanceof And && !isNegated) {
      definition.get().operands().forEach(operand -> split(operand, false));
    } else {
      truths.add(new Truth(truth, isNegated));
    }
  }

  /** What conditions on positions come to. */
  private record Bands(Attention.Causal causal, Optional<Long> window) {}

  /** Takes conditions on positions out of the truth values, those that the op has attributes for. */
  private Bands bands(TensorType scores) throws Refusal {
    Dim more = scores.shape().last().minus(scores.shape().dim(-2));
    Attention.Causal causal = Attention.Causal.NONE;
    Dim base = Dim.ZERO;
    for (Truth truth : ImmutableList.copyOf(truths)) {
      Optional<PositionMask> mask = PositionMask.of(truth.value(), truth.isNegated(), graph);
      boolean isUpper = mask.isPresent() && mask.get().isUpper() && causal == Attention.Causal.NONE;
      if (isUpper && (mask.get().bound().is(0) || mask.get().bound().equals(more))) {
        base = mask.get().bound();
        causal = base.is(0) ? Attention.Causal.TOP_LEFT : Attention.Causal.BOTTOM_RIGHT;
        truths.remove(truth);
      }
    }
    Optional<Long> window = Optional.empty();
    for (Truth truth : ImmutableList.copyOf(truths)) {
      Optional<Dim> behind = PositionMask.of(truth.value(), truth.isNegated(), graph)
          .filter(mask -> !mask.isUpper()).map(PositionMask::bound);
      if (causal != Attention.Causal.NONE && window.isEmpty() && behind.isPresent()) {
        Dim positions = base.minus(behind.get()).plus(Dim.ONE);
        if (positions.isConstant() && positions.constant() >= 1) {
          window = Optional.of(positions.constant());
          truths.remove(truth);
        }
      }
    }
    return new Bands(causal, window);
  }
}
