package nibble.engine.matrix;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import nibble.codegen.matrix.AttentionClause;
import nibble.codegen.matrix.AttentionRow;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Attention;
import nibble.ir.shape.Shape;
import nibble.passes.attention.sparse.Arithmetic;
import nibble.passes.attention.sparse.AttentionCall;
import nibble.passes.attention.sparse.SparseAttention;

/**
 * What a sparse clause of a recipe makes of an attention.
 *
 * @param clause as recipes say it
 */
public record SparseRow(String clause, Attention.Causal causal) implements AttentionRow {
  private static final Shape SHAPE = Shape.of(2, 256, 32);

  /** All clauses, with blocks of keys that every scheme takes. */
  public static ImmutableList<AttentionRow> all() {
    String blocks = "queries = 64, keys = 128)";
    return Stream.concat(
        Stream.of(
            "sparge(mass = 0.9, similarity = 0.2, ", "sparge2(top = 0.5, mass = 0.6, ", "sla(top = 0.5, bottom = 0.1, ",
            "sla(profile = main, top = 0.5, projection = 0.1, ", "sla2(top = 0.5, ",
            "svg2(query-clusters = 3, key-clusters = 4, iterations = 2, ")
            .map(start -> new SparseRow(start + blocks, Attention.Causal.NONE)),
        Stream.of(
            new SparseRow("svg(frames = 8, kept = 0.3)", Attention.Causal.NONE),
            new SparseRow("sparge(top = 0.5, similarity = -1, " + blocks, Attention.Causal.TOP_LEFT)))
        .collect(ImmutableList.toImmutableList());
  }

  @Override
  public String table() {
    return "by sparse clauses";
  }

  @Override
  public String title() {
    return "`" + clause + "`" + (causal == Attention.Causal.NONE ? "" : ", causal");
  }

  @Override
  public Module module(AttentionClause precision, Registry registry) {
    NumberFormat format = registry.format(precision.format()).orElseThrow();
    TensorType type = TensorType.of(SHAPE, format);
    BlockBuilder builder = new BlockBuilder();
    List<Value> operands = Stream.of("q", "k", "v").map(name -> builder.argument(name, type)).toList();
    Attention op = new Attention(
        0.125, causal, Optional.empty(), Optional.empty(), precision.scheme(), Optional.empty(), format);
    AttentionCall call =
        new AttentionCall(op, operands.get(0), operands.get(1), operands.get(2));
    Value result = SparseAttention.syntax(List.of()).parse().apply(clause, registry)
        .build(call, new Arithmetic(builder));
    return Module.of("matrix", List.of(), List.of(new Function("f", builder.build(result), Location.UNKNOWN)));
  }

  @Override
  public String toString() {
    return title();
  }
}
