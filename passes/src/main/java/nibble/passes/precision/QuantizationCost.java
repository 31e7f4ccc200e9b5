package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.op.Quantize;
import nibble.ir.op.TensorOp;
import nibble.ir.op.Weight;
import nibble.passes.Decision.Cost;

/**
 * What quantization of a tensor costs.
 *
 * @param weights where weights come from
 */
public record QuantizationCost(WeightSource weights) {
  /**
   * Ratio of a tensor's energy to that of the error of quantizing it, in dB; infinite where nothing is lost.
   *
   * @param tensor a plain tensor
   * @param quantize how it is quantized
   */
  public static double sqnrDb(Tensor tensor, Quantize quantize) {
    double[] values = tensor.values();
    double[] quantized = quantize.eval(List.of(tensor), quantize.result()).values();
    double signal = 0;
    double noise = 0;
    for (int i = 0; i < values.length; i++) {
      signal += values[i] * values[i];
      noise += (values[i] - quantized[i]) * (values[i] - quantized[i]);
    }
    return noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
  }

  /** The same for quantization to nearest even. */
  public static double sqnrDb(Tensor tensor, TensorType type) {
    return sqnrDb(tensor, Quantize.nearest(type));
  }

  /** The cost of storing a tensor in another type, with the ratio where it is known. */
  public static Cost of(TensorType before, TensorType after, Optional<Double> sqnrDb) {
    return new Cost(TensorBytes.of(before), TensorBytes.of(after), sqnrDb);
  }

  /** The ratio for a value that is a weight, or views and casts of one; nothing for any other. */
  Optional<Double> sqnrDb(Value stored, Quantize quantize, Definitions definitions) {
    return tensor(stored, definitions).map(tensor -> sqnrDb(tensor, quantize));
  }

  private Optional<Tensor> tensor(Value value, Definitions definitions) {
    List<Operation> chain = new ArrayList<>();
    Optional<Operation> below = definitions.of(value);
    while (below.isPresent() && below.get().op() instanceof TensorOp && below.get().operands().size() == 1) {
      chain.addFirst(below.get());
      below = definitions.of(below.get().operand(0));
    }
    if (below.isEmpty() || !(below.get().op() instanceof Weight weight)) {
      return Optional.empty();
    }
    Tensor tensor = weights.weight(weight.key(), weight.result());
    for (Operation operation : chain) {
      tensor = ((TensorOp) operation.op()).eval(ImmutableList.of(tensor), operation.result().tensorType());
    }
    return Optional.of(tensor);
  }
}
