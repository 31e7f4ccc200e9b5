package nibble.ir;

import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import java.util.function.Function;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.SparseLayout;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * A tensor with its precision: number format, how codes are scaled, and which elements are stored. The three are
 * independent, so every combination is a type:
 * {@code tensor<[4096,1024] x i8, scale<axis 0, f32>, sparse<64:2:8>>}.
 *
 * @param shape extents, outermost first; the last axis is contiguous
 * @param format format of an element (of a code, where there is a scale)
 * @param scale how codes become values; none where elements are the values
 * @param sparse which elements are stored; none for all
 */
public record TensorType(
    Shape shape, NumberFormat format, Optional<ScaleLayout> scale, Optional<SparseLayout> sparse) implements Type {
  // Leaves room for the bits of each element, and for some elements more, within a long.
  private static final double MOST_ELEMENTS = 0x1p50;

  public TensorType {
    requireCountable(shape);
    scale.ifPresent(layout -> layout.scaleShape(shape));
    sparse.flatMap(layout -> layout.rejects(shape)).ifPresent(why -> {
      throw new IllegalArgumentException(
          "sparse<" + sparse.get().text() + "> does not fit shape " + shape + ": " + why);
    });
  }

  /** Refuses constant extents, and factors of symbolic ones, whose product is out of the range of any memory. */
  private static void requireCountable(Shape shape) {
    double elements = 1;
    for (Dim dim : shape.dims()) {
      double factors = 0;
      for (long factor : dim.terms().values()) {
        factors += Math.abs((double) factor);
      }
      elements *= Math.max(1, factors);
    }
    if (elements > MOST_ELEMENTS) {
      throw new IllegalArgumentException("a tensor of shape " + shape + " has more than 2^50 elements");
    }
  }

  public static TensorType of(Shape shape, NumberFormat format) {
    return new TensorType(shape, format, Optional.empty(), Optional.empty());
  }

  public static TensorType scalar(NumberFormat format) {
    return of(Shape.SCALAR, format);
  }

  public TensorType withShape(Shape other) {
    return new TensorType(other, format, scale, sparse);
  }

  /** The same shape with elements of that format, unscaled and dense. */
  public TensorType plain(NumberFormat elements) {
    return of(shape, elements);
  }

  public TensorType withScale(ScaleLayout layout) {
    return new TensorType(shape, format, Optional.of(layout), sparse);
  }

  /** Whether codes need a scale to become values. */
  public boolean isScaled() {
    return scale.isPresent();
  }

  public boolean isPlain() {
    return scale.isEmpty() && sparse.isEmpty();
  }

  /** The type of the tensor of scales. */
  public TensorType scaleType() {
    ScaleLayout layout = scale.orElseThrow(() -> new IllegalStateException(this + " has no scales"));
    return of(layout.scaleShape(shape), layout.format());
  }

  public int rank() {
    return shape.rank();
  }

  @Override
  public TensorType substitute(Function<String, Dim> replacement) {
    return withShape(shape.substitute(replacement));
  }

  @Override
  public ImmutableSet<String> symbols() {
    return shape.symbols();
  }

  @Override
  public String toString() {
    return "tensor<" + shape + " x " + format.name()
        + scale.map(layout -> ", " + layout).orElse("")
        + sparse.map(layout -> ", sparse<" + layout.text() + ">").orElse("") + ">";
  }
}
