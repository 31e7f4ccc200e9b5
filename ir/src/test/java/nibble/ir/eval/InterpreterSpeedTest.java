package nibble.ir.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.RandomModules;
import nibble.ir.StraightLine;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.F32Model;
import nibble.ir.bound.RunningBounds;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Add;
import nibble.ir.op.Constant;
import nibble.ir.op.Gelu;
import nibble.ir.op.LayerNorm;
import nibble.ir.op.MatMul;
import nibble.ir.op.Mul;
import nibble.ir.op.Quantize;
import nibble.ir.op.Reshape;
import nibble.ir.op.Softmax;
import nibble.ir.op.Transpose;
import nibble.ir.op.Weight;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A stack of transformer layers of the size of MiniLM, 8 sentences of 32 tokens: prints where the time goes, and gates
 * nothing.
 */
class InterpreterSpeedTest {
  private static final int LAYERS = 6;
  private static final int BATCH = 8;
  private static final int TOKENS = 32;
  private static final int WIDTH = 384;
  private static final int HEADS = 12;
  private static final int HIDDEN = 1536;

  @ParameterizedTest
  @CsvSource({"f32, false", "f16, false", "f32, true"})
  void encoder(String format, boolean quantized) {
    NumberFormat elements = format.equals("f16") ? Formats.F16 : Formats.F32;
    Function function = new Encoder(elements, quantized).build();
    Map<String, Long> nanos = new TreeMap<>();
    long[] last = new long[1];
    Interpreter interpreter =
        new Interpreter(Mode.FAITHFUL, RandomModules.weights(7), (operation, operands, results) -> {
      long now = System.nanoTime();
      nanos.merge(operation.op().name(), now - last[0], Long::sum);
      last[0] = now;
    });
    Tensor x = RandomModules.tensor(function.parameters().getFirst().tensorType(), new Random(1));
    interpreter.run(function, List.of(x));
    nanos.clear();
    long start = System.nanoTime();
    last[0] = start;
    Tensor y = interpreter.run(function, List.of(x)).getFirst();
    System.out.printf("%s%s: %.2f s, of which%n", format, quantized ? " with i8 products" : "",
        (System.nanoTime() - start) / 1e9);
    nanos.forEach((op, time) -> System.out.printf("  %-12s %7.1f ms%n", op, time / 1e6));
    assertEquals(x.type(), y.type());
  }

  /** The bounds of all layers in one go, which is more than verification does: there, operands are given. */
  @Test
  void bounds() {
    Function function = new Encoder(Formats.F32, false).build();
    Block block = StraightLine.of(function, Map.of());
    Random random = new Random(1);
    List<Approximate> inputs = block.arguments().stream()
        .map(argument -> Approximate.given(RandomModules.tensor(argument.tensorType(), random))).toList();
    Map<String, Long> nanos = new TreeMap<>();
    Map<Value, Approximate> values = new HashMap<>();
    for (int run = 0; run < 2; run++) {
      nanos.clear();
      values.clear();
      for (int i = 0; i < inputs.size(); i++) {
        values.put(block.arguments().get(i), inputs.get(i));
      }
      for (Operation operation : block.operations()) {
        long start = System.nanoTime();
        Block one = new Block(operation.operands(), ImmutableList.of(operation), operation.results());
        Approximate result = new RunningBounds(new F32Model())
            .run(one, operation.operands().stream().map(values::get).toList()).getFirst();
        values.put(operation.result(), result);
        assertEquals(operation.result().type(), result.exact().type());
        nanos.merge(operation.op().name(), System.nanoTime() - start, Long::sum);
      }
    }
    Approximate first = values.get(block.operations().getFirst().result());
    assertTrue(IntStream.range(0, first.exact().size()).allMatch(first::isBounded));
    System.out.printf("bounds of %d layers: %.2f s, of which%n", LAYERS,
        nanos.values().stream().mapToLong(Long::longValue).sum() / 1e9);
    nanos.forEach((op, time) -> System.out.printf("  %-12s %7.1f ms%n", op, time / 1e6));
  }

  /** Builds the layers. */
  private static final class Encoder {
    private final BlockBuilder builder = new BlockBuilder();
    private final NumberFormat format;
    private final boolean quantized;
    private int weights;

    private Encoder(NumberFormat format, boolean quantized) {
      this.format = format;
      this.quantized = quantized;
    }

    private Function build() {
      Value x = builder.argument("x", type(BATCH, TOKENS, WIDTH));
      for (int layer = 0; layer < LAYERS; layer++) {
        x = layer(x);
      }
      return new Function("encoder", builder.build(x), Location.UNKNOWN);
    }

    private Value layer(Value x) {
      Value q = heads(linear(x, WIDTH, WIDTH));
      Value k = heads(linear(x, WIDTH, WIDTH));
      Value v = heads(linear(x, WIDTH, WIDTH));
      Value scale = builder.add(Constant.splat(1 / Math.sqrt((double) WIDTH / HEADS), TensorType.scalar(format)));
      Value scores = builder.add(new Mul(), builder.add(new MatMul(true, format), q, k), scale);
      Value attended = builder.add(new MatMul(false, format), builder.add(new Softmax(), scores), v);
      Value joined = builder.add(new Reshape(Shape.of(BATCH, TOKENS, WIDTH)), transposed(attended));
      Value normal = norm(builder.add(new Add(), x, linear(joined, WIDTH, WIDTH)));
      Value hidden = builder.add(new Gelu(Gelu.Kind.ERF), linear(normal, WIDTH, HIDDEN));
      return norm(builder.add(new Add(), normal, linear(hidden, HIDDEN, WIDTH)));
    }

    private Value linear(Value x, int inner, int outer) {
      Value weight = weight(outer, inner);
      Op product = new MatMul(true, format);
      Value y = quantized
          ? builder.add(
              product, quantize(x, new Granularities.PerToken()), quantize(weight, new Granularities.PerAxis(0)))
          : builder.add(product, x, weight);
      return builder.add(new Add(), y, weight(outer));
    }

    private Value quantize(Value x, Granularity granularity) {
      TensorType type = x.tensorType().plain(Formats.I8).withScale(new ScaleLayout(granularity, Formats.F32));
      return builder.add(new Quantize(Rounding.NEAREST_EVEN, type), x);
    }

    private Value heads(Value x) {
      return transposed(builder.add(new Reshape(Shape.of(BATCH, TOKENS, HEADS, WIDTH / HEADS)), x));
    }

    private Value transposed(Value x) {
      return builder.add(new Transpose(ImmutableList.of(0, 2, 1, 3)), x);
    }

    private Value norm(Value x) {
      return builder.add(new LayerNorm(1e-12), x, weight(WIDTH), weight(WIDTH));
    }

    private Value weight(long... extents) {
      return builder.add(new Weight("w" + weights++, type(extents)));
    }

    private TensorType type(long... extents) {
      return TensorType.of(Shape.of(extents), format);
    }
  }
}
