package nibble.engine.oracle;

import static nibble.engine.oracle.OnnxGraph.integer;
import static nibble.engine.oracle.OnnxGraph.numbers;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import nibble.engine.oracle.OnnxGraph.Type;
import nibble.engine.oracle.OpTrial.Operand;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.layout.Granularities.PerAxis;
import nibble.ir.layout.Granularities.PerTensor;
import nibble.ir.layout.Granularities.PerToken;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Amax;
import nibble.ir.op.Dequantize;
import nibble.ir.op.MatMul;
import nibble.ir.op.Mul;
import nibble.ir.op.Quantize;

/** Matrix products and quantization. */
final class ProductCases {
  private ProductCases() {}

  static void addTo(ImmutableMap.Builder<String, Consumer<OpTrial>> cases) {
    for (NumberFormat format : List.of(Formats.F32, Formats.F16, Formats.BF16)) {
      cases.put("MatMul of " + format.name(), trial -> matmul(trial, format, List.of()));
      cases.put("MatMul of " + format.name() + " in batches", trial -> matmul(
          trial, format, IntStream.range(0, 1 + trial.random().nextInt(2))
              .mapToObj(i -> 1 + trial.random().nextInt(3)).toList()));
    }
    cases.put("MatMulInteger", ProductCases::matmulInteger);
    cases.put("QuantizeLinear per tensor", trial -> quantize(trial, new PerTensor()));
    cases.put("QuantizeLinear per axis", trial -> quantize(trial, new PerAxis(0)));
    cases.put("DequantizeLinear per tensor", trial -> dequantize(trial, new PerTensor()));
    cases.put("DequantizeLinear per axis", trial -> dequantize(trial, new PerAxis(1)));
    cases.put("dynamic quantization per tensor", trial -> dynamic(trial, new PerTensor(), new int[] {0, 1}));
    cases.put("dynamic quantization per token", trial -> dynamic(trial, new PerToken(), new int[] {1}));
    cases.put("amax", trial -> {
      Operand x = trial.normal(trial.extents(2));
      trial.result(new Amax(new PerToken()), List.of(x), largest(trial, x.onnx(), 1));
    });
  }

  private static int[] join(List<Integer> leading, int... last) {
    return Ints.concat(Ints.toArray(leading), last);
  }

  /** ONNX Runtime multiplies in f32 whatever the format; the products of narrow elements are exact there. */
  private static void matmul(OpTrial trial, NumberFormat format, List<Integer> batch) {
    int rows = trial.extent();
    int inner = trial.extent();
    int columns = trial.extent();
    boolean transposed = trial.random().nextBoolean();
    List<Integer> rightBatch = trial.random().nextBoolean() ? batch : List.of();
    Operand a = trial.input(format, join(batch, rows, inner), trial.random()::nextGaussian);
    int[] right = transposed ? join(rightBatch, columns, inner) : join(rightBatch, inner, columns);
    Operand b = trial.input(format, right, trial.random()::nextGaussian);
    String rightMatrix = trial.graph().cast(b.onnx(), Type.FLOAT);
    if (transposed) {
      List<Integer> axes = new ArrayList<>(IntStream.range(0, right.length).boxed().toList());
      Collections.swap(axes, right.length - 1, right.length - 2);
      rightMatrix = trial.graph().node("Transpose", List.of(numbers("perm", axes)), rightMatrix);
    }
    trial.result(new MatMul(transposed, Formats.F32), List.of(a, b),
        trial.graph().node("MatMul", trial.graph().cast(a.onnx(), Type.FLOAT), rightMatrix));
  }

  /** Codes times codes, exact, times a scale of each row and of each column, which are powers of two. */
  private static void matmulInteger(OpTrial trial) {
    int rows = trial.extent();
    int inner = trial.extent();
    int columns = trial.extent();
    OnnxGraph graph = trial.graph();
    Operand a = trial.integers(Formats.F32, -127, 128, rows, inner);
    Operand b = trial.integers(Formats.F32, -127, 128, columns, inner);
    Operand rowScales = powers(trial, rows, 1);
    Operand columnScales = powers(trial, columns, 1);
    Value left = quantized(trial, a, rowScales, new PerToken());
    Value right = quantized(trial, b, columnScales, new PerAxis(0));
    String product = graph.node("MatMulInteger", codes(trial, a, rowScales),
        graph.node("Transpose", List.of(numbers("perm", List.of(1, 0))), codes(trial, b, columnScales)));
    String scales = graph.node("MatMul", rowScales.onnx(),
        graph.node("Transpose", List.of(numbers("perm", List.of(1, 0))), columnScales.onnx()));
    trial.result(trial.builder().add(new MatMul(true, Formats.F32), left, right),
        graph.node("Mul", graph.cast(product, Type.FLOAT), scales));
  }

  private static Value quantized(OpTrial trial, Operand x, Operand scales, Granularity granularity) {
    TensorType type = x.type().plain(Formats.I8).withScale(new ScaleLayout(granularity, Formats.F32));
    return trial.builder().add(new Quantize(Rounding.NEAREST_EVEN, type), x.value(), scales.value());
  }

  /** The codes of a matrix with a scale for each row. */
  private static String codes(OpTrial trial, Operand x, Operand scales) {
    OnnxGraph graph = trial.graph();
    return graph.cast(graph.node("Round", graph.node("Div", x.onnx(), scales.onnx())), Type.INT8);
  }

  /** Scales that are powers of two, from 1 to 8: quotients by them are exact, ties among them. */
  private static Operand powers(OpTrial trial, int... extents) {
    return trial.input(Formats.F32, extents, () -> 1 << trial.random().nextInt(4));
  }

  private static int[] scaleExtents(Granularity granularity, int[] extents) {
    return switch (granularity) {
      case PerAxis(int axis) -> IntStream.range(0, extents.length).map(i -> i == axis ? extents[i] : 1).toArray();
      default -> IntStream.range(0, extents.length).map(i -> 1).toArray();
    };
  }

  /** ONNX wants a vector of scales, or one number. */
  private static String flat(OpTrial trial, Operand scales, Granularity granularity) {
    return granularity instanceof PerAxis
        ? trial.graph().node("Reshape", scales.onnx(), trial.graph().integers(-1))
        : trial.graph().node("Squeeze", scales.onnx());
  }

  private static int axis(Granularity granularity) {
    return granularity instanceof PerAxis(int axis) ? axis : 0;
  }

  private static void quantize(OpTrial trial, Granularity granularity) {
    int[] extents = trial.extents(2 + trial.random().nextInt(2));
    Operand x = trial.input(Formats.F32, extents, () -> trial.random().nextInt(254 * 4) * 0.25 - 127);
    Operand scales = powers(trial, scaleExtents(granularity, extents));
    OnnxGraph graph = trial.graph();
    // No number has a code below -127, which would be -128 there and is -127 here.
    String codes = graph.node(
        "QuantizeLinear", List.of(integer("axis", axis(granularity)), integer("output_dtype", Type.INT8.number)),
        x.onnx(), flat(trial, scales, granularity));
    String values = graph.node("Mul", graph.cast(codes, Type.FLOAT), scales.onnx());
    Value quantized = quantized(trial, x, scales, granularity);
    trial.result(trial.builder().add(new Dequantize(Formats.F32), quantized), values);
  }

  private static void dequantize(OpTrial trial, Granularity granularity) {
    int[] extents = trial.extents(2 + trial.random().nextInt(2));
    Operand codes = trial.integers(Formats.F32, -127, 128, extents);
    Operand ones = trial.input(Formats.F32, scaleExtents(granularity, extents), () -> 1);
    Operand scales = trial.input(
        Formats.F32, scaleExtents(granularity, extents), () -> 0.01 + trial.random().nextDouble());
    OnnxGraph graph = trial.graph();
    // Multiplied by their scales beforehand, so that quantization gives the codes back.
    Value values = trial.builder().add(new Mul(), codes.value(), scales.value());
    Value quantized = trial.builder().add(new Quantize(Rounding.NEAREST_EVEN,
        codes.type().plain(Formats.I8).withScale(new ScaleLayout(granularity, Formats.F32))), values, scales.value());
    String multiplied = graph.node("Mul", scales.onnx(), ones.onnx());
    trial.result(trial.builder().add(new Dequantize(Formats.F32), quantized), graph.node(
        "DequantizeLinear", List.of(integer("axis", axis(granularity))), graph.cast(codes.onnx(), Type.INT8),
        flat(trial, new Operand(scales.value(), multiplied), granularity)));
  }

  private static String largest(OpTrial trial, String x, int... axes) {
    long[] wide = IntStream.of(axes).asLongStream().toArray();
    return trial.graph().node("ReduceMax", trial.graph().node("Abs", x), trial.graph().integers(wide));
  }

  private static void dynamic(OpTrial trial, Granularity granularity, int[] axes) {
    Operand x = trial.normal(trial.extents(2));
    OnnxGraph graph = trial.graph();
    String scales = graph.node("Div", largest(trial, x.onnx(), axes), graph.number(127));
    String codes = graph.node("Round", graph.node("Div", x.onnx(), scales));
    Value quantized = trial.builder().add(new Quantize(Rounding.NEAREST_EVEN,
        x.type().plain(Formats.I8).withScale(new ScaleLayout(granularity, Formats.F32))), x.value());
    trial.result(
        trial.builder().add(new Dequantize(Formats.F32), quantized), graph.node("Mul", codes, scales));
  }
}
