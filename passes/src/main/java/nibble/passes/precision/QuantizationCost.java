package nibble.passes.precision;

import java.util.List;
import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.op.Quantize;
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
    return sqnrDb(tensor.values(), quantize.eval(List.of(tensor), quantize.result()).values());
  }

  /** The same for what has been quantized already. */
  static double sqnrDb(double[] values, double[] quantized) {
    return Noise.decibels(Noise.ratio(values, quantized));
  }

  /** The same for quantization to nearest even. */
  public static double sqnrDb(Tensor tensor, TensorType type) {
    return sqnrDb(tensor, Quantize.nearest(type));
  }

  /** The cost of storing a tensor in another type, with the ratio where it is known. */
  public static Cost of(TensorType before, TensorType after, Optional<Double> sqnrDb) {
    return new Cost(TensorBytes.of(before), TensorBytes.of(after), sqnrDb);
  }

  /** The ratio for a value that is computed from weights and constants; nothing for any other. */
  Optional<Double> sqnrDb(Value stored, Quantize quantize, Definitions definitions) {
    return new ConstantValues(definitions).tensor(stored, weights).map(tensor -> sqnrDb(tensor, quantize));
  }
}
