package nibble.passes.attention;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.op.Attention;
import nibble.ir.op.AttentionScheme;
import nibble.ir.op.MatMul;
import nibble.ir.op.Softmax;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.passes.Decision.Cost;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;
import nibble.passes.attention.sparse.SparseAttention;

/**
 * Finds attention in the ops that a model spells it with, by {@link AttentionMatcher}, and replaces it by one op, by
 * {@link FuseAttention}. What is left of the parts is dead code.
 *
 * @param at paths of the products with values; none for all
 * @param scheme how they are computed in few bits, if they are
 * @param sparse what is computed instead of all of them, if something is
 */
@PassInfo(
    name = "fuse-attention",
    summary = "finds attention in the ops that a model spells it with, and makes one op of it",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record FuseAttentions(
    @PassOption("paths of the products with values; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption("published way to compute them in few bits; as precisely as their operands, where none is given")
        Optional<AttentionScheme> scheme,
    @PassOption("which part of them is computed; all, where none is given") Optional<SparseAttention> sparse)
    implements Pass {
  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(function -> {
      ImmutableMap<Value, AttentionPattern> patterns = patterns(function, context);
      return patterns.isEmpty()
          ? function : new RewriteDriver(new FuseAttention(patterns, scheme, sparse)).apply(function, module.symbols());
    });
  }

  private ImmutableMap<Value, AttentionPattern> patterns(Function function, PassContext context) {
    Graph graph = Graph.of(function);
    ImmutableMap.Builder<Value, AttentionPattern> patterns = ImmutableMap.builder();
    Set<Value> known = new HashSet<>();
    function.body().walk(operation -> {
      if (operation.op() instanceof MatMul && PathPattern.anyMatches(at, operation.location().path())) {
        Optional<AttentionMatcher.Match> match = AttentionMatcher.match(operation, graph);
        match.ifPresent(result -> known.add(graph.beforeCasts(operation.operand(0))));
        match.ifPresent(result -> {
          switch (result) {
            case AttentionMatcher.Match.Found(AttentionPattern pattern) -> {
              patterns.put(operation.result(), pattern);
              Optional<String> obstacle = sparse.flatMap(pattern::obstacle);
              obstacle.ifPresent(why -> context.skipped("sparse attention", operation.location(), why));
              String as = sparse.filter(way -> obstacle.isEmpty())
                  .map(
                      way -> ", sparse as " + way.keyword() + pattern.computes(way).map(what -> ": " + what).orElse(""))
                  .orElse("");
              context.applied(subject(pattern) + by() + as, operation.location(), reason(), cost(operation, graph));
            }
            case AttentionMatcher.Match.Refused(String why) ->
                context.skipped("attention", operation.location(), why);
          }
        });
      }
    });
    function.body().walk(operation -> {
      boolean isLoose = operation.op() instanceof Softmax && !known.contains(operation.result());
      if (isLoose && PathPattern.anyMatches(at, operation.location().path())) {
        context.skipped("attention", operation.location(), "no product of its softmax and values");
      }
    });
    return patterns.buildOrThrow();
  }

  private String by() {
    return scheme.map(known -> ", by " + known.name().toLowerCase(Locale.ROOT)).orElse("");
  }

  private String reason() {
    return at.isEmpty() ? "asked for every attention" : "asked for at some paths";
  }

  private static String subject(AttentionPattern pattern) {
    Dim heads = Attention.group(pattern.queries().tensorType().shape(), keyShape(pattern));
    StringBuilder text = new StringBuilder("attention of heads of ").append(
        pattern.queries().tensorType().shape().last()).append(" elements");
    if (!heads.is(1)) {
      text.append(", ").append(heads).append(" to a head of keys");
    }
    switch (pattern.causal()) {
      case NONE -> { }
      case TOP_LEFT -> text.append(", causal");
      case BOTTOM_RIGHT -> text.append(", causal up to the last key");
    }
    pattern.window().ifPresent(window -> text.append(", in a window of ").append(window));
    if (!pattern.truths().isEmpty() || !pattern.biases().isEmpty()) {
      text.append(", with a mask");
    }
    return text.toString();
  }

  private static Shape keyShape(AttentionPattern pattern) {
    return pattern.keys().value().tensorType().shape();
  }

  /** Scores and weights, which are not stored any more. */
  private static Cost cost(Operation product, Graph graph) {
    TensorType weights = graph.beforeCasts(product.operand(0)).tensorType();
    Dim bytes = weights.shape().size().times(Dim.of(2L * weights.format().bits() / Byte.SIZE));
    return new Cost(bytes, Dim.ZERO, Optional.empty());
  }
}
