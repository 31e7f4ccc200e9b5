package nibble.ir;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import java.util.function.Function;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.SparseLayout;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * A tensor with its precision: number format, how codes are scaled, a second level of codes, and which elements are
 * stored. All are independent of each other, so every combination is a type:
 * {@code tensor<[4096,1024] x i8, scale<axis 0, f32>, sparse<64:2:8>>}.
 *
 * @param shape extents, outermost first; the last axis is contiguous
 * @param format format of an element (of a code, where there is a scale)
 * @param scale how codes become values; none where elements are the values
 * @param residual format of the codes of a second level, whose scales have the same layout and whose values are added:
 *     {@code value = scale * code + residual scale * residual code}; a box whose residual scale is 0 has none
 * @param sparse which elements are stored; none for all
 */
public record TensorType(
    Shape shape, NumberFormat format, Optional<ScaleLayout> scale, Optional<NumberFormat> residual,
    Optional<SparseLayout> sparse) implements Type {
  // Leaves room for the bits of each element, and for some elements more, within a long.
  private static final double MOST_ELEMENTS = 0x1p50;

  public TensorType {
    requireCountable(shape);
    if (scale.isPresent()) {
      checkScale(shape, format, scale.get());
    }
    if (residual.isPresent()) {
      checkResidual(residual.get(), scale);
    }
    sparse.flatMap(layout -> layout.rejects(shape)).ifPresent(why -> {
      throw new IllegalArgumentException(
          "sparse<" + sparse.get().text() + "> does not fit shape " + shape + ": " + why);
    });
  }

  private static void checkScale(Shape shape, NumberFormat format, ScaleLayout layout) {
    Shape grid = layout.scaleShape(shape);
    layout.outer().ifPresent(outer -> outer.scaleShape(grid));
    layout.rule().rejects(format).ifPresent(why -> {
      throw new IllegalArgumentException(
          "the rule '" + layout.rule().keyword() + "' does not fit elements of " + format.name() + ": " + why);
    });
    if (layout.zero().isPresent() && !format.isInteger()) {
      throw new IllegalArgumentException("only integers have a zero point, not elements of " + format.name());
    }
  }

  private static void checkResidual(NumberFormat residual, Optional<ScaleLayout> scale) {
    ScaleLayout layout = scale.orElseThrow(() ->
        new IllegalArgumentException("residual<" + residual.name() + "> needs scales"));
    if (layout.format().round(0) != 0) {
      throw new IllegalArgumentException("residual<" + residual.name() + "> needs scales that can be 0, which "
          + layout.format().name() + " can't");
    }
    if (residual.isForScales()) {
      throw new IllegalArgumentException("residual<" + residual.name() + ">: that is a format for scales alone");
    }
    layout.rule().rejects(residual).ifPresent(why -> {
      throw new IllegalArgumentException(
          "the rule '" + layout.rule().keyword() + "' does not fit residual<" + residual.name() + ">: " + why);
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
    return new TensorType(shape, format, Optional.empty(), Optional.empty(), Optional.empty());
  }

  public static TensorType scalar(NumberFormat format) {
    return of(Shape.SCALAR, format);
  }

  public TensorType withShape(Shape other) {
    return new TensorType(other, format, scale, residual, sparse);
  }

  /** The same shape with elements of that format, unscaled and dense. */
  public TensorType plain(NumberFormat elements) {
    return of(shape, elements);
  }

  public TensorType withScale(ScaleLayout layout) {
    return new TensorType(shape, format, Optional.of(layout), residual, sparse);
  }

  public TensorType withResidual(NumberFormat codes) {
    return new TensorType(shape, format, scale, Optional.of(codes), sparse);
  }

  public TensorType withSparse(SparseLayout layout) {
    return new TensorType(shape, format, scale, residual, Optional.of(layout));
  }

  /** The same with all elements stored. */
  public TensorType dense() {
    return new TensorType(shape, format, scale, residual, Optional.empty());
  }

  /** The first level of codes alone. */
  public TensorType withoutResidual() {
    return new TensorType(shape, format, scale, Optional.empty(), sparse);
  }

  /** Whether codes need a scale to become values. */
  public boolean isScaled() {
    return scale.isPresent();
  }

  public boolean isPlain() {
    return scale.isEmpty() && sparse.isEmpty();
  }

  private ScaleLayout layout() {
    return scale.orElseThrow(() -> new IllegalStateException(this + " has no scales"));
  }

  /** The type of the tensor of scales, which may be scaled itself. */
  public TensorType scaleType() {
    TensorType scales = of(layout().scaleShape(shape), layout().format());
    return layout().outer().map(scales::withScale).orElse(scales);
  }

  /** The type of the tensor of zero points, which affine codes have. */
  public Optional<TensorType> zeroType() {
    return scale.flatMap(ScaleLayout::zero).map(zeros -> of(layout().scaleShape(shape), zeros));
  }

  /** The type of the second level of codes, for itself: symmetric, with scales of the same layout. */
  public Optional<TensorType> residualType() {
    return residual.map(codes -> of(shape, codes).withScale(layout().withoutZero()));
  }

  /**
   * The arrays that a tensor of the type consists of in memory, elements first; of a sparse type the stored elements
   * and what else its layout has.
   *
   * @throws IllegalArgumentException where the type is sparse and has no layout in memory: of another layout than those
   *     of matrix instructions, with zero points, or with a residual
   */
  public ImmutableList<TensorPart> parts() {
    ImmutableList.Builder<TensorPart> parts = ImmutableList.builder();
    if (sparse.isPresent()) {
      requireStorable();
      sparse.get().arrays(shape, format).forEach(array ->
          parts.add(new TensorPart(array.name(), of(array.shape(), array.format()))));
    } else {
      parts.add(new TensorPart(TensorPart.ELEMENTS, plain(format)));
    }
    if (isScaled()) {
      scaleType().parts().forEach(part -> parts.add(part.of(TensorPart.SCALES)));
    }
    zeroType().ifPresent(zeros -> parts.add(new TensorPart(TensorPart.ZEROS, zeros)));
    residualType().ifPresent(codes -> codes.parts().forEach(part -> parts.add(part.of(TensorPart.RESIDUAL))));
    return parts.build();
  }

  private void requireStorable() {
    if (residual.isPresent() || zeroType().isPresent()) {
      throw new IllegalArgumentException(this + " has no layout in memory: what is not stored is zero, and so has no "
          + (residual.isPresent() ? "residual" : "zero point"));
    }
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
        + residual.map(codes -> ", residual<" + codes.name() + ">").orElse("")
        + sparse.map(layout -> ", sparse<" + layout.text() + ">").orElse("") + ">";
  }
}
