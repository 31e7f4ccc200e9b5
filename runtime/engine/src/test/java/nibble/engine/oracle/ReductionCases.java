package nibble.engine.oracle;

import static nibble.engine.oracle.OnnxGraph.integer;
import static nibble.engine.oracle.OnnxGraph.real;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import nibble.engine.oracle.OpTrial.Operand;
import nibble.ir.Op;
import nibble.ir.format.Formats;
import nibble.ir.op.LayerNorm;
import nibble.ir.op.ReduceMax;
import nibble.ir.op.ReduceMean;
import nibble.ir.op.ReduceMin;
import nibble.ir.op.ReduceSum;
import nibble.ir.op.RmsNorm;
import nibble.ir.op.Softmax;

/** Reductions and normalisations. */
final class ReductionCases {
  private static final float EPSILON = 0x1p-17f;

  private ReductionCases() {}

  static void addTo(ImmutableMap.Builder<String, Consumer<OpTrial>> cases) {
    Map<String, BiFunction<ImmutableList<Integer>, Boolean, Op>> reductions = Map.of(
        "ReduceSum", ReduceSum::new, "ReduceMean", ReduceMean::new, "ReduceMax", ReduceMax::new,
        "ReduceMin", ReduceMin::new);
    reductions.forEach((name, maker) -> cases.put(name, trial -> reduce(
        trial, name, maker, trial.normal(trial.extents(1 + trial.random().nextInt(4))))));
    for (String name : List.of("ReduceSum", "ReduceMax", "ReduceMin")) {
      cases.put(name + " of integers", trial -> reduce(trial, name, reductions.get(name), trial.integers(
          Formats.I32, -99, 99, trial.extents(1 + trial.random().nextInt(4)))));
    }
    cases.put("Softmax", trial -> {
      Operand x = trial.normal(trial.extents(1 + trial.random().nextInt(3)));
      trial.result(new Softmax(), List.of(x), trial.graph().node("Softmax", List.of(integer("axis", -1)), x.onnx()));
    });
    cases.put("LayerNormalization", ReductionCases::layerNorm);
    cases.put("RMS normalisation", ReductionCases::rmsNorm);
  }

  private static void reduce(
      OpTrial trial, String onnx, BiFunction<ImmutableList<Integer>, Boolean, Op> maker, Operand x) {
    int rank = x.type().rank();
    int mask = 1 + trial.random().nextInt((1 << rank) - 1);
    ImmutableList<Integer> axes = IntStream.range(0, rank).filter(axis -> (mask >> axis & 1) == 1).boxed()
        .collect(ImmutableList.toImmutableList());
    boolean keep = trial.random().nextBoolean();
    trial.result(maker.apply(axes, keep), List.of(x), trial.graph().node(
        onnx, List.of(integer("keepdims", keep ? 1 : 0)), x.onnx(),
        trial.graph().integers(axes.stream().mapToLong(Integer::longValue).toArray())));
  }

  private static void layerNorm(OpTrial trial) {
    int[] extents = rows(trial);
    Operand x = trial.normal(extents);
    Operand gamma = trial.normal(OpTrial.last(extents));
    Operand beta = trial.normal(OpTrial.last(extents));
    trial.result(new LayerNorm(EPSILON), List.of(x, gamma, beta), trial.graph().node(
        "LayerNormalization", List.of(integer("axis", -1), real("epsilon", EPSILON)),
        x.onnx(), gamma.onnx(), beta.onnx()));
  }

  /** Rows of two elements and more: of a single one the variance is 0 and nothing but noise is scaled up. */
  private static int[] rows(OpTrial trial) {
    int[] extents = trial.extents(1 + trial.random().nextInt(3));
    return OpTrial.last(extents) > 1 ? extents : rows(trial);
  }

  private static void rmsNorm(OpTrial trial) {
    int[] extents = rows(trial);
    Operand x = trial.normal(extents);
    Operand gamma = trial.normal(OpTrial.last(extents));
    OnnxGraph graph = trial.graph();
    String mean = graph.node(
        "ReduceMean", List.of(integer("keepdims", 1)), graph.node("Mul", x.onnx(), x.onnx()), graph.integers(-1));
    String root = graph.node("Sqrt", graph.node("Add", mean, graph.number(EPSILON)));
    trial.result(new RmsNorm(EPSILON), List.of(x, gamma),
        graph.node("Mul", graph.node("Div", x.onnx(), root), gamma.onnx()));
  }
}
