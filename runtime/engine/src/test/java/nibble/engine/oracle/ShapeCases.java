package nibble.engine.oracle;

import static nibble.engine.oracle.OnnxGraph.integer;
import static nibble.engine.oracle.OnnxGraph.numbers;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import nibble.engine.oracle.OpTrial.Operand;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.op.Add;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.Concat;
import nibble.ir.op.Gather;
import nibble.ir.op.Iota;
import nibble.ir.op.Reshape;
import nibble.ir.op.Slice;
import nibble.ir.op.Transpose;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** Ops that move elements. */
final class ShapeCases {
  private ShapeCases() {}

  static void addTo(ImmutableMap.Builder<String, Consumer<OpTrial>> cases) {
    cases.put("Transpose", ShapeCases::transpose);
    cases.put("Reshape", ShapeCases::reshape);
    cases.put("Expand", ShapeCases::expand);
    cases.put("Slice", ShapeCases::slice);
    cases.put("Concat", ShapeCases::concat);
    cases.put("Gather", ShapeCases::gather);
    cases.put("Range", ShapeCases::range);
  }

  private static void transpose(OpTrial trial) {
    Operand x = trial.normal(trial.extents(1 + trial.random().nextInt(4)));
    List<Integer> axes = new ArrayList<>(IntStream.range(0, x.type().rank()).boxed().toList());
    Collections.shuffle(axes, trial.random());
    trial.result(new Transpose(ImmutableList.copyOf(axes)), List.of(x),
        trial.graph().node("Transpose", List.of(numbers("perm", axes)), x.onnx()));
  }

  /** Joins two axes, or splits one, or adds one. */
  private static void reshape(OpTrial trial) {
    int[] extents = trial.extents(2 + trial.random().nextInt(3));
    Operand x = trial.normal(extents);
    int axis = trial.random().nextInt(extents.length - 1);
    List<Dim> dims = new ArrayList<>(x.type().shape().dims());
    switch (trial.random().nextInt(3)) {
      case 0 -> dims.set(axis, dims.get(axis).times(dims.remove(axis + 1)));
      case 1 -> dims.add(axis, Dim.ONE);
      default -> {
        int factor = extents[axis] % 4 == 0 ? 4 : 1;
        if (dims.get(axis).isConstant()) {
          dims.set(axis, Dim.of(extents[axis] / factor));
          dims.add(axis + trial.random().nextInt(2), Dim.of(factor));
        }
      }
    }
    long[] target = dims.stream().mapToLong(trial::number).toArray();
    trial.result(new Reshape(Shape.of(dims)), List.of(x),
        trial.graph().node("Reshape", x.onnx(), trial.graph().integers(target)));
  }

  private static void expand(OpTrial trial) {
    int[] extents = trial.extents(1 + trial.random().nextInt(3));
    Operand x = trial.normal(trial.broadcastable(extents));
    // A size must be one of the input's.
    List<Dim> known = x.type().shape().dims();
    Shape target = Shape.of(Arrays.stream(extents)
        .mapToObj(extent -> known.contains(trial.dim(extent)) ? trial.dim(extent) : Dim.of(extent)).toList());
    trial.result(new BroadcastTo(target), List.of(x), trial.graph().node(
        "Expand", x.onnx(), trial.graph().integers(Arrays.stream(extents).asLongStream().toArray())));
  }

  private static void slice(OpTrial trial) {
    int[] extents = trial.extents(1 + trial.random().nextInt(4));
    int axis = trial.random().nextInt(extents.length);
    int from = trial.random().nextInt(extents[axis]);
    boolean toEnd = trial.random().nextBoolean();
    int to = toEnd ? extents[axis] : from + 1 + trial.random().nextInt(extents[axis] - from);
    int step = 1 + trial.random().nextInt(3);
    Operand x = trial.normal(extents);
    Dim end = toEnd ? x.type().shape().dim(axis) : Dim.of(to);
    trial.result(new Slice(axis, Dim.of(from), end, step), List.of(x), trial.graph().node(
        "Slice", x.onnx(), trial.graph().integers(from), trial.graph().integers(to), trial.graph().integers(axis),
        trial.graph().integers(step)));
  }

  private static void concat(OpTrial trial) {
    int[] extents = trial.extents(1 + trial.random().nextInt(3));
    int axis = trial.random().nextInt(extents.length);
    List<Operand> parts = new ArrayList<>();
    for (int part = 0; part < 1 + trial.random().nextInt(3); part++) {
      int[] other = extents.clone();
      other[axis] = 1 + trial.random().nextInt(9);
      parts.add(trial.normal(other));
    }
    trial.result(new Concat(axis), parts, trial.graph().node(
        "Concat", List.of(integer("axis", axis)), parts.stream().map(Operand::onnx).toArray(String[]::new)));
  }

  private static void gather(OpTrial trial) {
    int[] extents = trial.extents(1 + trial.random().nextInt(3));
    int axis = trial.random().nextInt(extents.length);
    int[] indices = trial.random().ints(trial.random().nextInt(3), 1, 6).toArray();
    Operand table = trial.normal(extents);
    Operand index = trial.integers(
        trial.random().nextBoolean() ? Formats.I32 : Formats.I64, 0, extents[axis], indices);
    trial.result(new Gather(axis), List.of(table, index), trial.graph().node(
        "Gather", List.of(integer("axis", axis)), table.onnx(), index.onnx()));
  }

  /** The extent comes from an input, which is added. */
  private static void range(OpTrial trial) {
    int extent = trial.extent();
    Operand x = trial.integers(Formats.I32, 0, 9, 2, extent);
    Value iota = trial.builder().add(new Iota(trial.dim(extent)));
    Value sum = trial.builder().add(new Add(), x.value(), iota);
    String range = trial.graph().node(
        "Range", trial.graph().integers(true, 0), trial.graph().integers(true, extent),
        trial.graph().integers(true, 1));
    trial.result(sum, trial.graph().node("Add", x.onnx(), trial.graph().cast(range, OnnxGraph.Type.INT32)));
  }
}
