package nibble.passes.precision;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.op.Amax;
import nibble.ir.op.MatMul;
import nibble.ir.op.Quantize;

/**
 * What a second level of codes does to an activation that was seen.
 *
 * @param quantize the quantizer of one level
 * @param seen what it quantizes
 * @param amax largest magnitudes of the boxes
 */
record FallbackTrial(Quantize quantize, Tensor seen, double[] amax) {
  static FallbackTrial of(Quantize quantize, Tensor seen) {
    Quantize sized = new Quantize(quantize.rounding(), quantize.result().withShape(seen.type().shape()));
    Amax amax = new Amax(sized.result().scale().orElseThrow().granularity());
    Tensor boxes = amax.eval(List.of(seen), amax.infer(List.of(seen.type())));
    return new FallbackTrial(sized, seen, boxes.elements());
  }

  /** The least threshold above which no larger share of the boxes is, as kernels compare: in f32. */
  double threshold(double share) {
    double[] sorted = Arrays.stream(amax).filter(Double::isFinite).sorted().toArray();
    int flagged = (int) Math.floor(share * amax.length);
    if (flagged >= sorted.length) {
      return 0;
    }
    double threshold = Formats.F32.round(sorted[sorted.length - 1 - flagged]);
    return threshold < sorted[sorted.length - 1 - flagged] ? Math.nextUp((float) threshold) : threshold;
  }

  int flagged(double threshold) {
    return (int) Arrays.stream(amax).filter(Double::isFinite).filter(magnitude -> magnitude > threshold).count();
  }

  private Tensor plain() {
    return Tensor.of(seen.type(), quantize.eval(List.of(seen), quantize.result()).values());
  }

  private Tensor twoLevels(double threshold) {
    TensorType type = quantize.result().withResidual(quantize.result().format());
    Quantize levels = new Quantize(quantize.rounding(), Optional.of(threshold), type);
    return Tensor.of(seen.type(), levels.eval(List.of(seen), type).values());
  }

  double sqnrDb(double threshold) {
    return QuantizationCost.sqnrDb(seen.values(), twoLevels(threshold).values());
  }

  /** Boxes, and the signal over the noise before and after; of the product too, by this operand alone. */
  String text(double threshold, Optional<Operation> product, Optional<Tensor> right) {
    int flagged = flagged(threshold);
    StringBuilder text = new StringBuilder(String.format(
        Locale.ROOT, "%d of %d boxes (%.1f %%), SQNR %.1f dB instead of %.1f dB", flagged, amax.length,
        amax.length == 0 ? 0 : 100.0 * flagged / amax.length, sqnrDb(threshold),
        QuantizationCost.sqnrDb(seen.values(), plain().values())));
    if (product.isPresent() && right.isPresent()) {
      double after = productError(twoLevels(threshold), product.get(), right.get());
      double before = productError(plain(), product.get(), right.get());
      text.append(String.format(
          Locale.ROOT, ", error of the product by it %.3f %% instead of %.3f %%", 100 * after, 100 * before));
      text.append(String.format(
          Locale.ROOT, ", %.2f times its tensor operations", 1 + (double) flagged / Math.max(1, amax.length)));
    }
    return text.toString();
  }

  /** The norm of what changes in the product, over the norm of the product. */
  private double productError(Tensor left, Operation product, Tensor right) {
    Tensor values = Tensor.of(right.type().plain(Formats.F64), right.values());
    MatMul op = new MatMul(((MatMul) product.op()).transposeB(), Formats.F64);
    double[] exact = multiply(op, seen, values);
    double[] actual = multiply(op, left, values);
    double noise = 0;
    double signal = 0;
    for (int i = 0; i < exact.length; i++) {
      noise += (actual[i] - exact[i]) * (actual[i] - exact[i]);
      signal += exact[i] * exact[i];
    }
    return noise == 0 ? 0 : Math.sqrt(noise / signal);
  }

  private static double[] multiply(MatMul op, Tensor left, Tensor right) {
    Tensor wide = Tensor.of(left.type().plain(Formats.F64), left.values());
    return op.eval(List.of(wide, right), op.infer(List.of(wide.type(), right.type()))).elements();
  }
}
