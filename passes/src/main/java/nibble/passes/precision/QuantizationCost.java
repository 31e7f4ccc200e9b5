package nibble.passes.precision;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.op.Quantize;
import nibble.passes.Decision.Cost;
import nibble.passes.Decision.Fidelity;

/** What quantization of a tensor costs. */
public final class QuantizationCost {
  private QuantizationCost() {}

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

  /**
   * The cost of codes whose numbers are known.
   *
   * @param exact what was quantized
   * @param codes what it became
   * @param before the type of a value, perhaps of symbolic sizes
   * @param after the type of its codes
   */
  static Cost of(Tensor exact, Tensor codes, TensorType before, TensorType after) {
    double[] x = exact.values();
    double[] y = codes.values();
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int i = 0; i < x.length; i++) {
      xx += x[i] * x[i];
      yy += y[i] * y[i];
      xy += x[i] * y[i];
    }
    Optional<double[]> second = codes.residual().map(Tensor::scales);
    Fidelity fidelity = new Fidelity(
        xx == 0 && yy == 0 ? 1 : xy / Math.sqrt(xx * yy), Clipping.share(exact, codes), codes.scales().length,
        second.map(scales -> Arrays.stream(scales).filter(scale -> scale != 0).count()));
    return new Cost(TensorBytes.of(before), TensorBytes.of(after), Optional.of(sqnrDb(x, y)), Optional.of(fidelity));
  }
}
