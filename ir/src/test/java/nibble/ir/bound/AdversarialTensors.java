package nibble.ir.bound;

import java.util.List;
import java.util.Random;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.NumberFormat;

/** Tensors with the numbers that bounds are most likely to be wrong about. */
final class AdversarialTensors {
  private enum Kind {
    NORMAL,
    MIXED_MAGNITUDES,
    HUGE,
    LARGEST,
    TINY,
    SUBNORMAL,
    CANCELLING,
    CONSTANT,
    HALVES,
    POWERS,
    MASKED
  }

  private AdversarialTensors() {}

  /** Tensors of those types; each has one kind of numbers, and mostly all the same. */
  static List<Tensor> of(List<TensorType> types, Random random) {
    Kind common = anyKind(random);
    boolean same = random.nextInt(3) > 0;
    return types.stream().map(type -> of(type, same ? common : anyKind(random), random)).toList();
  }

  private static Kind anyKind(Random random) {
    return Kind.values()[random.nextInt(Kind.values().length)];
  }

  private static Tensor of(TensorType type, Kind kind, Random random) {
    double base = random.nextGaussian();
    double[] elements = new double[(int) type.shape().size().constant()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = element(type.format(), kind, base, i, random);
    }
    return new Tensor(
        type,
        elements,
        type.scale().map(layout -> scales(type.scaleType(), kind, random)),
        type.zeroType().map(zeros -> of(zeros, Kind.NORMAL, random)),
        type.residualType().map(codes -> of(codes, kind, random)));
  }

  private static Tensor scales(TensorType type, Kind kind, Random random) {
    double[] scales = new double[(int) type.shape().size().constant()];
    for (int i = 0; i < scales.length; i++) {
      double scale = Math.scalb(1 + random.nextDouble(), random.nextInt(kind == Kind.NORMAL ? 4 : 60) - 20);
      scales[i] = type.format().round(scale);
    }
    return type.isScaled()
        ? Tensor.scaled(type, scales, scales(type.scaleType(), kind, random))
        : Tensor.of(type, scales);
  }

  /**
   * An exact tensor near a kernel's, with bounds that just reach it. Some tensors are the kernel's own, and so are
   * infinities and scales.
   */
  static Approximate around(Tensor kernel, Random random) {
    if (random.nextInt(3) == 0) {
      return Approximate.given(kernel);
    }
    NumberFormat format = kernel.type().format();
    int bits = random.nextInt(30);
    double[] exact = kernel.elements().clone();
    for (int i = 0; i < exact.length; i++) {
      double off = random.nextGaussian() * Math.scalb(random.nextInt(9) == 0 ? 1 : Math.abs(exact[i]), -bits);
      boolean codes = format.isInteger() || kernel.type().isScaled();
      double moved = codes ? format.round(exact[i] + random.nextInt(3) - 1) : exact[i] + off;
      exact[i] = Double.isFinite(exact[i]) ? moved : exact[i];
    }
    Tensor tensor = kernel.withElements(exact);
    double[] values = tensor.values();
    double[] reached = kernel.values();
    double[] error = new double[exact.length];
    for (int i = 0; i < error.length; i++) {
      error[i] = values[i] == reached[i] ? 0 : Math.nextUp(Math.abs(values[i] - reached[i]));
    }
    return new Approximate(tensor, error);
  }

  private static double element(NumberFormat format, Kind kind, double base, int index, Random random) {
    double value = value(kind, base, index, random);
    if (format.isInteger()) {
      double integer = kind == Kind.MASKED || kind == Kind.HUGE
          ? (random.nextBoolean() ? format.min() : format.max())
          : Math.rint(9 * random.nextGaussian());
      return format.round(integer);
    }
    return format.round((float) value);
  }

  private static double value(Kind kind, double base, int index, Random random) {
    double normal = random.nextGaussian();
    return switch (kind) {
      case NORMAL -> normal;
      case MIXED_MAGNITUDES -> Math.scalb(normal, random.nextInt(60) - 30);
      case HUGE -> Math.scalb(normal, 90 + random.nextInt(38));
      case LARGEST -> Float.MAX_VALUE * (0.4 + 0.6 * random.nextDouble()) * (random.nextBoolean() ? 1 : -1);
      case TINY -> Math.scalb(normal, -60 - random.nextInt(70));
      case SUBNORMAL -> Math.scalb(normal, -126 - random.nextInt(22));
      case CANCELLING -> (index % 2 == 0 ? base : -base) * (1 + random.nextInt(3) * 0x1p-22);
      case CONSTANT -> base;
      case HALVES -> (random.nextInt(19) - 9) / 2.0;
      case POWERS -> Math.scalb(random.nextBoolean() ? 1.0 : -1.0, random.nextInt(20) - 10);
      case MASKED -> random.nextInt(3) == 0 ? Double.NEGATIVE_INFINITY : normal;
    };
  }
}
