package sample.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.ReadModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.compile.Toolchain;
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.ModelOptions;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Comparison;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.op.Attention;
import nibble.ir.shape.Shape;
import nibble.passes.attention.sparse.Arithmetic;
import nibble.passes.attention.sparse.AttentionCall;
import nibble.passes.attention.sparse.Sparge;
import nibble.passes.attention.sparse.SparseAttention;
import org.junit.jupiter.api.Test;

/**
 * What each sparse attention computes of the sample's attention, and how near it comes to all of it: the table of
 * {@code docs/attention.md}. {@code -Dnibble.bless=true} writes it anew.
 */
class SparseAttentionPageTest {
  private static final Path PAGE = Path.of("..", "..", "docs", "attention.md");
  private static final String HEAD = "| `sparse =` | share of scores | of values | cosine | relative L1 | RMSE |\n";
  private static final List<String> WAYS = List.of(
      "sparge(mass = 0.9, similarity = 0.2, queries = 64, keys = 64)",
      "sparge(top = 1.0, similarity = -1, filter = -3.0, queries = 64, keys = 64)",
      "sparge(top = 0.5, similarity = -1, queries = 64, keys = 32)",
      "sparge2(top = 0.25, mass = 0.6, queries = 64, keys = 32)",
      "sla(top = 0.25, bottom = 0.1, queries = 64, keys = 32)",
      "sla(top = 0.25, bottom = 0.1, projection = 0.2, queries = 64, keys = 32)",
      "sla(profile = main, top = 0.25, projection = 0.1, queries = 64, keys = 32)",
      "sla2(top = 0.25, queries = 64, keys = 32)",
      "svg(frames = 8, kept = 0.3)",
      "svg2(query-clusters = 8, key-clusters = 24, queries = 16, keys = 16)");

  @Test
  void isFresh() throws IOException {
    String page = Files.readString(PAGE);
    int start = page.indexOf(HEAD);
    int end = page.indexOf("\n\n", start) + 1;
    StringBuilder table = new StringBuilder(HEAD).append("| --- | --- | --- | --- | --- | --- |\n");
    List<Tensor> operands = operands();
    Tensor dense = run(operands, Optional.empty()).getFirst();
    for (String way : WAYS) {
      table.append(row(way, operands, dense));
    }
    System.out.print(table);
    if (Boolean.getBoolean("nibble.bless")) {
      Files.writeString(PAGE, page.substring(0, start) + table + page.substring(end));
    }
    String now = Files.readString(PAGE);
    assertEquals(now.substring(start, now.indexOf("\n\n", start) + 1), table.toString(),
        "-Dnibble.bless=true writes the table anew");
  }

  private static String row(String way, List<Tensor> operands, Tensor dense) {
    SparseAttention sparse = SparseAttention.syntax(List.of()).parse().apply(way, Registry.core());
    List<Tensor> results = run(operands, Optional.of(sparse));
    Comparison comparison = Comparison.of(dense, results.getFirst());
    double share = results.get(1).elements()[0];
    assertTrue(share > 0 && share <= 1 && comparison.cosine() > 0.5, way + ": " + share + " " + comparison);
    double ofValues = sparse instanceof Sparge(var _, var _, var _, var filter, var _, long keys) && filter.isPresent()
        ? shareOfValues(operands, sparse, (int) keys) : share;
    return String.format(
        Locale.ROOT, "| `%s` | %.3f | %.3f | %.4f | %.3f | %.4f |%n", way, share, ofValues, comparison.cosine(),
        comparison.relativeL1(), comparison.rmse());
  }

  /** Of values that tell which block they are in, those have no part that a filter leaves out. */
  private static double shareOfValues(List<Tensor> operands, SparseAttention sparse, int keys) {
    int[] extents = operands.get(2).extents();
    int blocks = extents[2] / keys;
    TensorType type = operands.get(2).type().withShape(Shape.of(extents[0], extents[1], extents[2], blocks));
    Tensor marks = Tensor.generate(type, i -> i % blocks == i / blocks % extents[2] / keys ? 1 : 0);
    double[] parts = run(List.of(operands.get(0), operands.get(1), marks), Optional.of(sparse)).getFirst().elements();
    return Arrays.stream(parts).filter(part -> part != 0).count() / (double) parts.length;
  }

  /** Queries, keys and values of the sample's layer on its own inputs, faithfully interpreted. */
  private static List<Tensor> operands() {
    ModelArgument sample = ModelArgument.resolve(Path.of("."), ModelOptions.NONE);
    RecipeChoice choice = new RecipeChoice.Passes("canonicalize,fuse-attention,specialize{B=1},canonicalize,dce");
    Toolchain toolchain = Toolchain.withPlugins(List.of());
    try (OpenModel model = ReadModel.read(sample, choice, toolchain, ReadModel.Weights.REQUIRED)) {
      Function function = PrepareModel.with(toolchain).prepare(model, choice).prepared();
      Operation attention = function.body().operations().stream()
          .filter(operation -> operation.op() instanceof Attention).findFirst().orElseThrow();
      Function cut = new Function("f", new Block(
          function.body().arguments(), function.body().operations(), attention.operands()), Location.UNKNOWN);
      float[] latents = MakeVideoDit.noisy(MakeVideoDit.SEED).latents();
      return new Interpreter(Mode.FAITHFUL, model.weights().orElseThrow()).run(cut, List.of(
          Tensor.generate(function.parameters().get(0).tensorType(), i -> latents[i]),
          Tensor.generate(function.parameters().get(1).tensorType(), i -> 300)));
    }
  }

  /** The result, and the share of scores that attentions compute. */
  private static List<Tensor> run(List<Tensor> operands, Optional<SparseAttention> way) {
    BlockBuilder builder = new BlockBuilder();
    List<Value> values = new ArrayList<>();
    for (Tensor operand : operands) {
      values.add(builder.argument(operand.type()));
    }
    AttentionCall call = new AttentionCall(
        Attention.of(1 / Math.sqrt(32), Formats.F32), values.get(0), values.get(1), values.get(2));
    Value result = way.map(sparse -> sparse.build(call, new Arithmetic(builder)))
        .orElseGet(() -> builder.add(call.op(), call.operands().toArray(Value[]::new)));
    Optional<Operation> selecting = builder.since(0).stream()
        .filter(operation ->
            operation.op() instanceof Attention op && (op.blocks().isPresent() || op.window().isPresent()))
        .findFirst();
    List<Value> results = new ArrayList<>(List.of(result));
    selecting.ifPresent(operation -> results.add(operation.operands().getLast()));
    List<Tensor> outputs = new ArrayList<>(new Interpreter(Mode.EXACT, WeightSource.NONE)
        .run(new Function("f", builder.build(results), Location.UNKNOWN), operands));
    double share = selecting.map(operation -> share((Attention) operation.op(), outputs.get(1))).orElse(1.0);
    return ImmutableList.of(
        outputs.getFirst(), Tensor.generate(TensorType.of(Shape.of(1), Formats.F64), i -> share));
  }

  /** Scores of selected blocks, what fills blocks up among them, or of a band, of all scores of the video. */
  private static double share(Attention op, Tensor last) {
    double tokens = SyntheticVideo.FRAMES * SyntheticVideo.EDGE * SyntheticVideo.EDGE;
    if (op.blocks().isPresent()) {
      Shape block = op.blocks().get();
      int heads = last.extents()[1];
      double selected = 0;
      for (double truth : last.elements()) {
        selected += truth;
      }
      return selected * block.dim(0).constant() * block.dim(1).constant() / heads / tokens / tokens;
    }
    double hidden = 1 - op.window().orElseThrow() / tokens;
    return 1 - hidden * hidden;
  }
}
