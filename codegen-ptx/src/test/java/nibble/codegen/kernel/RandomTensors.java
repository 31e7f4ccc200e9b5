package nibble.codegen.kernel;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleSupplier;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.NumberFormat;

/**
 * What kernels are proven on: normally distributed numbers, small integers; any codes, with scales of about one
 * hundredth.
 *
 * @param random decides
 */
public record RandomTensors(Random random) {
  /** A tensor of a type of constant shape, with all of its parts. */
  public Tensor of(TensorType type) {
    if (!type.isScaled()) {
      return filled(type, () -> number(type.format()));
    }
    double[] codes = elements(type, () -> code(type.format()));
    return new Tensor(
        type, codes, Optional.of(scales(type.scaleType())),
        type.zeroType().map(zeros -> filled(zeros, () -> code(zeros.format()))), type.residualType().map(this::of));
  }

  private double number(NumberFormat format) {
    return format.isInteger() ? random.nextInt(format.bits() == 1 ? 2 : 7) : format.round(random.nextGaussian());
  }

  private double code(NumberFormat format) {
    if (format.isFloat()) {
      return format.round(random.nextGaussian() * format.max() / 3);
    }
    int least = (int) Math.max(format.min(), -format.symmetricMax());
    return random.nextInt((int) format.max() - least + 1) + least;
  }

  private Tensor scales(TensorType type) {
    double[] scales = elements(type, () -> type.format().round(0.005 + 0.01 * random.nextDouble()));
    return type.isScaled() ? Tensor.scaled(type, scales, scales(type.scaleType())) : Tensor.of(type, scales);
  }

  private static Tensor filled(TensorType type, DoubleSupplier next) {
    return Tensor.of(type, elements(type, next));
  }

  private static double[] elements(TensorType type, DoubleSupplier next) {
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    Arrays.setAll(elements, i -> next.getAsDouble());
    return elements;
  }
}
