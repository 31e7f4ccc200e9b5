package nibble.passes.attention.sparse;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Location;
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

/** What appended ops compute, interpreted exactly. */
final class Evaluated {
  private Evaluated() {}

  static double[] of(List<Tensor> inputs, BiFunction<Arithmetic, List<Value>, Value> function) {
    return tensor(inputs, function).elements();
  }

  static Tensor tensor(List<Tensor> inputs, BiFunction<Arithmetic, List<Value>, Value> function) {
    BlockBuilder builder = new BlockBuilder();
    List<Value> arguments = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      arguments.add(builder.argument("x" + i, inputs.get(i).type()));
    }
    Value result = function.apply(new Arithmetic(builder), arguments);
    Function made = new Function("f", builder.build(result), Location.UNKNOWN);
    return new Interpreter(Mode.EXACT, WeightSource.NONE).run(made, inputs).getFirst();
  }

  static Tensor matrix(int rows, int columns, double... elements) {
    return Tensor.of(TensorType.of(Shape.of(rows, columns), Formats.F32), elements);
  }

  static Tensor random(long seed, long... extents) {
    Random random = new Random(seed);
    return Tensor.inOrder(TensorType.of(Shape.of(extents), Formats.F32), i -> (float) random.nextGaussian());
  }

  /** The call of an attention of these, without a mask. */
  static AttentionCall call(List<Value> operands, Attention op) {
    return new AttentionCall(op, operands.get(0), operands.get(1), operands.get(2));
  }

  /** What a sparse attention makes of queries, keys and values. */
  static double[] attention(SparseAttention way, Attention op, List<Tensor> operands) {
    return of(operands, (arithmetic, values) -> way.build(call(values, op), arithmetic));
  }

  static double[] dense(Attention op, List<Tensor> operands) {
    return op.eval(operands, op.infer(operands.stream().map(Tensor::type).toList())).elements();
  }

  /** The sum of distances over that of magnitudes. */
  static double relativeError(double[] expected, double[] actual) {
    return Comparison.of(expected, actual).relativeL1();
  }
}
