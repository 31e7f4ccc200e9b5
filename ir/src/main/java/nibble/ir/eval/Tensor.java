package nibble.ir.eval;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntToDoubleFunction;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.Interleaving;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.shape.Dim;

/**
 * A tensor value: decoded elements in row-major order and, for scaled types, the tensors of scales, of zero points and
 * of the second level of codes. Treated as immutable; the arrays are shared, not copied, and nobody writes to them
 * after construction. {@link #sameAs} compares what is in them; {@code equals} compares the arrays themselves.
 *
 * @param type a type of constant shape
 * @param elements decoded elements; of a scaled type, decoded codes without their scale; of a sparse type, all of them
 * @param scaleTensor the scales, of {@link TensorType#scaleType}
 * @param zeros the zero points, of {@link TensorType#zeroType}
 * @param residual the second level of codes, of {@link TensorType#residualType}
 */
public record Tensor(
    TensorType type, double[] elements, Optional<Tensor> scaleTensor, Optional<Tensor> zeros,
    Optional<Tensor> residual) {
  private static final double[] NONE = {};

  public Tensor {
    long size = type.shape().size().constant();
    if (elements.length != size) {
      throw new IllegalArgumentException(elements.length + " elements given for " + type);
    }
    requirePart(type, "scales", type.scale().map(layout -> type.scaleType()), scaleTensor);
    requirePart(type, "zero points", type.zeroType(), zeros);
    requirePart(type, "residual", type.residualType(), residual);
  }

  private static void requirePart(
      TensorType type, String what, Optional<TensorType> expected, Optional<Tensor> given) {
    if (!expected.equals(given.map(Tensor::type))) {
      throw new IllegalArgumentException("the " + what + " of " + type + " can't be "
          + given.map(tensor -> tensor.type().toString()).orElse("missing"));
    }
  }

  /** A tensor of a plain type, or one whose only other part are plain scales. */
  public Tensor(TensorType type, double[] elements, double[] scales) {
    this(type, elements, type.scale().map(layout -> of(type.scaleType(), scales)), Optional.empty(), Optional.empty());
    if (!type.isScaled() && scales.length > 0) {
      throw new IllegalArgumentException(scales.length + " scales given for " + type);
    }
  }

  /** A tensor of a plain type. */
  public static Tensor of(TensorType type, double... elements) {
    return new Tensor(type, elements, NONE);
  }

  /** A tensor of a scaled type with neither zero points nor a residual. */
  public static Tensor scaled(TensorType type, double[] codes, Tensor scales) {
    return new Tensor(type, codes, Optional.of(scales), Optional.empty(), Optional.empty());
  }

  /** The tensor of that type with those arrays, by names of its {@link TensorType#parts()}. */
  public static Tensor ofParts(TensorType type, Map<String, double[]> parts) {
    return ofParts(type, parts, "");
  }

  private static Tensor ofParts(TensorType type, Map<String, double[]> parts, String prefix) {
    String name = prefix.isEmpty() ? TensorPart.ELEMENTS : prefix;
    String before = prefix.isEmpty() ? "" : prefix + ".";
    double[] stored = parts.get(name);
    if (stored == null) {
      throw new IllegalArgumentException("no " + name + " given for " + type);
    }
    type.sparse().ifPresent(layout -> layout.arrays(type.shape(), type.format()).forEach(array -> {
      if (!parts.containsKey(array.name())) {
        throw new IllegalArgumentException("no " + array.name() + " given for " + type);
      }
    }));
    return new Tensor(
        type,
        type.sparse().map(layout -> layout.decompress(parts, type.shape(), type.format())).orElse(stored),
        type.scale().map(layout -> ofParts(type.scaleType(), parts, before + TensorPart.SCALES)),
        type.zeroType().map(zeros -> ofParts(zeros, parts, before + TensorPart.ZEROS)),
        type.residualType().map(codes -> ofParts(codes, parts, before + TensorPart.RESIDUAL)));
  }

  /**
   * Its arrays by name, in the order of {@link TensorType#parts()}; those of a sparse type are compressed.
   *
   * @throws IllegalArgumentException where an element that a sparse type does not store is not zero
   */
  public ImmutableMap<String, double[]> parts() {
    ImmutableMap.Builder<String, double[]> parts = ImmutableMap.builder();
    addParts(parts, "");
    return parts.build();
  }

  private void addParts(ImmutableMap.Builder<String, double[]> parts, String prefix) {
    String before = prefix.isEmpty() ? "" : prefix + ".";
    if (type.sparse().isPresent()) {
      parts.putAll(type.sparse().get().compress(elements, type.shape(), type.format()));
    } else {
      parts.put(prefix.isEmpty() ? TensorPart.ELEMENTS : prefix, elements);
    }
    scaleTensor.ifPresent(tensor -> tensor.addParts(parts, before + TensorPart.SCALES));
    zeros.ifPresent(tensor -> tensor.addParts(parts, before + TensorPart.ZEROS));
    residual.ifPresent(tensor -> tensor.addParts(parts, before + TensorPart.RESIDUAL));
  }

  /**
   * A tensor whose element at each row-major index is computed; in parallel for large ones, so an element must not
   * depend on which were computed before.
   */
  public static Tensor generate(TensorType type, IntToDoubleFunction element) {
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    Parallel.ranges(elements.length, (from, to) -> {
      for (int i = from; i < to; i++) {
        elements[i] = element.applyAsDouble(i);
      }
    });
    return of(type, elements);
  }

  /** The same, one element after the other, as random numbers have to be drawn. */
  public static Tensor inOrder(TensorType type, IntToDoubleFunction element) {
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    Arrays.setAll(elements, element);
    return of(type, elements);
  }

  public static Tensor scalar(TensorType type, double value) {
    return of(type, value);
  }

  public int size() {
    return elements.length;
  }

  public int[] extents() {
    return type.shape().extents();
  }

  /** The same arrays under another type with parts of as many elements. */
  public Tensor as(TensorType other) {
    return new Tensor(
        other,
        elements,
        scaleTensor.map(scales -> scales.as(other.scaleType())),
        zeros.map(points -> points.as(other.zeroType().orElseThrow())),
        residual.map(codes -> codes.as(other.residualType().orElseThrow())));
  }

  /** The first level of codes alone. */
  public Tensor withoutResidual() {
    return residual.isEmpty()
        ? this
        : new Tensor(type.withoutResidual(), elements, scaleTensor, zeros, Optional.empty());
  }

  /** The first level of codes and, where there is one, the second; their values add up to those of the tensor. */
  public ImmutableList<Tensor> levels() {
    return residual.map(second -> ImmutableList.of(withoutResidual(), second)).orElseGet(() -> ImmutableList.of(this));
  }

  /** The same with other elements, or codes. */
  public Tensor withElements(double[] others) {
    return new Tensor(type, others, scaleTensor, zeros, residual);
  }

  /** The value of a scalar. */
  public double item() {
    if (elements.length != 1) {
      throw new IllegalStateException(type + " is no scalar");
    }
    return values()[0];
  }

  /** The scale of each box, an outer scale included; empty where the type has none. */
  public double[] scales() {
    return scaleTensor.map(Tensor::values).orElse(NONE);
  }

  /** Element values: the elements themselves, or what codes stand for. */
  public double[] values() {
    if (!type.isScaled()) {
      return elements;
    }
    double[] scales = scales();
    double[] zeroPoints = zeros.map(Tensor::elements).orElse(null);
    double[] values = new double[elements.length];
    ScaleGrid.of(type).forEachRun((from, to, box) -> {
      double zero = zeroPoints == null ? 0 : zeroPoints[box];
      for (int i = from; i < to; i++) {
        values[i] = (elements[i] - zero) * scales[box];
      }
    });
    residual.ifPresent(second -> add(second.values(), values));
    return values;
  }

  private static void add(double[] terms, double[] sums) {
    Parallel.ranges(sums.length, (from, to) -> {
      for (int i = from; i < to; i++) {
        sums[i] += terms[i];
      }
    });
  }

  /** Every element rounded to the format of the type, to nearest even; the same tensor where nothing changes. */
  public Tensor rounded() {
    NumberFormat format = type.format();
    if (format.bits() == Double.SIZE) {
      return this;
    }
    double[] rounded = new double[elements.length];
    AtomicBoolean changed = new AtomicBoolean();
    Parallel.ranges(elements.length, (from, to) -> {
      if (round(format, rounded, from, to)) {
        changed.set(true);
      }
    });
    return changed.get() ? withElements(rounded) : this;
  }

  private boolean round(NumberFormat format, double[] rounded, int from, int to) {
    boolean changed = false;
    for (int i = from; i < to; i++) {
      rounded[i] = format.round(elements[i]);
      changed |= Double.compare(rounded[i], elements[i]) != 0;
    }
    return changed;
  }

  /** Bit-for-bit equality of type and of all arrays. */
  public boolean sameAs(Tensor other) {
    return type.equals(other.type) && Arrays.equals(elements, other.elements)
        && same(scaleTensor, other.scaleTensor) && same(zeros, other.zeros) && same(residual, other.residual);
  }

  // The types are equal, so that both have it or none.
  private static boolean same(Optional<Tensor> one, Optional<Tensor> other) {
    return one.isEmpty() || one.get().sameAs(other.orElseThrow());
  }

  @Override
  public String toString() {
    List<Double> first = Arrays.stream(elements).limit(8).boxed().toList();
    return type + " " + first + (elements.length > 8 ? "..." : "");
  }

  /**
   * Maps a row-major element index to the index of its scale.
   *
   * @param extents of the tensor
   * @param box extents of the elements that share a scale
   * @param grid extents of the tensor of scales
   * @param interleaving how rows are dealt to boxes, where they are
   */
  public record ScaleGrid(int[] extents, int[] box, int[] grid, Optional<Interleaving> interleaving) {
    /** Receives consecutive elements, from (inclusive) to (exclusive), and the index of the scale that they share. */
    @FunctionalInterface
    public interface Run {
      void of(int from, int to, int scale);
    }

    public static ScaleGrid of(TensorType type) {
      ScaleLayout layout = type.scale().orElseThrow();
      ImmutableList<Dim> box = layout.granularity().box(type.shape());
      return new ScaleGrid(
          type.shape().extents(),
          box.stream().mapToInt(side -> Math.toIntExact(side.constant())).toArray(),
          layout.scaleShape(type.shape()).extents(),
          layout.granularity().interleaving());
    }

    /** How many boxes there are, and so scales. */
    public int boxes() {
      return Arrays.stream(grid).reduce(1, Math::multiplyExact);
    }

    /** Visits all elements in runs along the last axis; rows in parallel for large tensors. */
    public void forEachRun(Run body) {
      Parallel.ranges(rows(), columns(), (first, end) -> runs(first, end, body));
    }

    /** Visits all elements in runs along the last axis, one after another: rows may share a scale. */
    public void forEachRunInOrder(Run body) {
      runs(0, rows(), body);
    }

    private int columns() {
      return extents.length == 0 ? 1 : extents[extents.length - 1];
    }

    /** How many rows have elements. */
    private int rows() {
      int rows = columns() == 0 ? 0 : 1;
      for (int axis = 0; axis < extents.length - 1; axis++) {
        rows *= extents[axis];
      }
      return rows;
    }

    private void runs(int first, int end, Run body) {
      int columns = columns();
      int width = extents.length == 0 ? 1 : box[extents.length - 1];
      for (int row = first; row < end; row++) {
        int scale = indexOf(row * columns);
        for (int from = 0; from < columns; from += width) {
          body.of(row * columns + from, row * columns + Math.min(columns, from + width), scale++);
        }
      }
    }

    /** The index of an element's scale. */
    public int indexOf(int element) {
      int index = 0;
      int stride = 1;
      int rest = element;
      for (int axis = extents.length - 1; axis >= 0; axis--) {
        int at = rest % extents[axis];
        index += (axis == extents.length - 2 && interleaving.isPresent() ? interleaving.get().box(at) : at / box[axis])
            * stride;
        rest /= extents[axis];
        stride *= grid[axis];
      }
      return index;
    }
  }
}
