package sample.accuracy;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Shape;
import sample.accuracy.DownProducts.Operands;

/**
 * What INT8 in boxes makes of a product, and what a second level of codes for at most a fifth of the activation's
 * boxes does to that. Plain INT8, which all factors are against, is one level in the same boxes of the same activation
 * with no pass in front, and a weight in blocks of 128 by 128 where it is quantized too.
 *
 * @param plain the product as it is
 * @param changed the same after passes that stand before quantization
 * @param height rows of a box of the activation
 * @param width channels of a box
 */
record FallbackErrors(Operands plain, Operands changed, long height, long width) {
  private static final double SHARE = 0.2;
  private static final Granularity SQUARE = new Granularities.PerBlock(128, 128);
  private static final Granularity CHANNEL = new Granularities.PerAxis(1);

  /** Norms of what is wrong with the product, over its norm: by the activation alone, and by both operands. */
  record Errors(double activation, double both) {}

  private TensorType coded(Tensor activation) {
    return coded(activation.type(), new Granularities.PerBlock(height, width));
  }

  private static TensorType coded(TensorType type, Granularity boxes) {
    return type.plain(Formats.I8).withScale(new ScaleLayout(boxes, Formats.F32));
  }

  private double[] oneLevel(Tensor activation) {
    TensorType type = coded(activation);
    return new Quantize(FixedRounding.NEAREST_EVEN, type).eval(List.of(activation), type).values();
  }

  private static double[] coded(Operands product, Granularity boxes) {
    int inner = product.activation().extents()[product.activation().extents().length - 1];
    TensorType type = TensorType.of(Shape.of(inner, product.weight().length / inner), Formats.F32);
    TensorType coded = coded(type, boxes);
    return new Quantize(FixedRounding.NEAREST_EVEN, coded)
        .eval(List.of(Tensor.of(type, product.weight())), coded).values();
  }

  private BoxErrors errors(Operands product, double[] codedWeight) {
    Tensor activation = product.activation();
    return BoxErrors.of(
        ScaleGrid.of(coded(activation)), activation, oneLevel(activation), product.weight(), codedWeight);
  }

  /** Of the activation alone, after the passes. */
  BoxErrors ofActivation() {
    return errors(changed, changed.weight());
  }

  /** Of the plain product, whose weight is quantized too. */
  BoxErrors ofBoth() {
    return errors(plain, coded(plain, SQUARE));
  }

  /** How many of so many boxes have a second level. */
  static int flagged(int boxes) {
    return (int) Math.floor(SHARE * boxes);
  }

  /** Plain INT8. */
  Errors plainErrors() {
    double[] codes = oneLevel(plain.activation());
    return new Errors(distance(codes, plain.weight()), distance(codes, coded(plain, SQUARE)));
  }

  /** One level after the passes; the weight has a scale for each output channel. */
  Errors oneLevelErrors() {
    double[] codes = oneLevel(changed.activation());
    return new Errors(distance(codes, changed.weight()), distance(codes, coded(changed, CHANNEL)));
  }

  /** The same with a second level, as codes of the boxes with the largest amax. */
  Errors twoLevelErrors() {
    return twoLevelErrors(coded(changed, CHANNEL));
  }

  /** The weight with two levels of codes, each with a scale for each output channel. */
  double[] twoLevelWeight() {
    double[] first = coded(changed, CHANNEL);
    double[] left = changed.weight().clone();
    Arrays.setAll(left, i -> left[i] - first[i]);
    double[] both = coded(new Operands(changed.path(), changed.activation(), left), CHANNEL);
    Arrays.setAll(both, i -> both[i] + first[i]);
    return both;
  }

  /** The same, and a weight that is quantized so. */
  Errors twoLevelErrors(double[] weight) {
    Tensor activation = changed.activation();
    double[] amax = Arrays.stream(ofActivation().amax()).boxed().sorted(Comparator.reverseOrder())
        .mapToDouble(Double::doubleValue).toArray();
    double threshold = amax[flagged(amax.length)];
    TensorType type = coded(activation).withResidual(Formats.I8);
    double[] codes = new Quantize(FixedRounding.NEAREST_EVEN, Optional.of(threshold), type)
        .eval(List.of(activation), type).values();
    return new Errors(distance(codes, changed.weight()), distance(codes, weight));
  }

  /** By how much an error is less than that of plain INT8, both squared. */
  static double factor(double plain, double squared) {
    return Math.sqrt(plain / squared);
  }

  private double distance(double[] left, double[] right) {
    double[] exact = multiplied(plain.activation().values(), plain.weight());
    double[] actual = multiplied(left, right);
    double noise = 0;
    double signal = 0;
    for (int i = 0; i < exact.length; i++) {
      noise += (actual[i] - exact[i]) * (actual[i] - exact[i]);
      signal += exact[i] * exact[i];
    }
    return Math.sqrt(noise / signal);
  }

  private double[] multiplied(double[] left, double[] right) {
    int inner = plain.activation().extents()[plain.activation().extents().length - 1];
    int outer = right.length / inner;
    double[] product = new double[left.length / inner * outer];
    for (int at = 0; at < left.length; at++) {
      int row = at / inner * outer;
      int from = at % inner * outer;
      for (int column = 0; column < outer; column++) {
        product[row + column] += left[at] * right[from + column];
      }
    }
    return product;
  }
}
