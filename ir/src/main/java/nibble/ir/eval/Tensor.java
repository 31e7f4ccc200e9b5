package nibble.ir.eval;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntToDoubleFunction;
import nibble.ir.TensorType;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.shape.Dim;

/**
 * A tensor value: decoded elements in row-major order and, for scaled types, the scales. Treated as immutable; the
 * arrays are shared, not copied, and nobody writes to them after construction. {@link #sameAs} compares what is in
 * them; {@code equals} compares the arrays themselves.
 *
 * @param type a type of constant shape
 * @param elements decoded elements; of a scaled type, decoded codes without their scale
 * @param scales decoded scales in row-major order of the scale grid; empty where the type has none
 */
public record Tensor(TensorType type, double[] elements, double[] scales) {
  private static final double[] NO_SCALES = {};

  public Tensor {
    long size = type.shape().size().constant();
    if (elements.length != size) {
      throw new IllegalArgumentException(elements.length + " elements given for " + type);
    }
    long scaleCount = type.isScaled() ? type.scaleType().shape().size().constant() : 0;
    if (scales.length != scaleCount) {
      throw new IllegalArgumentException(scales.length + " scales given for " + type);
    }
  }

  public static Tensor of(TensorType type, double... elements) {
    return new Tensor(type, elements, NO_SCALES);
  }

  /** A tensor whose element at each row-major index is computed; in parallel for large ones. */
  public static Tensor generate(TensorType type, IntToDoubleFunction element) {
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    Parallel.ranges(elements.length, (from, to) -> {
      for (int i = from; i < to; i++) {
        elements[i] = element.applyAsDouble(i);
      }
    });
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

  /** The same elements under another type of as many elements and scales. */
  public Tensor as(TensorType other) {
    return new Tensor(other, elements, scales);
  }

  /** The value of a scalar. */
  public double item() {
    if (elements.length != 1) {
      throw new IllegalStateException(type + " is no scalar");
    }
    return values()[0];
  }

  /** Element values: the elements themselves, or codes times scales. */
  public double[] values() {
    if (!type.isScaled()) {
      return elements;
    }
    ScaleGrid grid = ScaleGrid.of(type);
    double[] values = new double[elements.length];
    grid.forEachRun((from, to, scale) -> {
      for (int i = from; i < to; i++) {
        values[i] = elements[i] * scales[scale];
      }
    });
    return values;
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
    return changed.get() ? new Tensor(type, rounded, scales) : this;
  }

  private boolean round(NumberFormat format, double[] rounded, int from, int to) {
    boolean changed = false;
    for (int i = from; i < to; i++) {
      rounded[i] = format.round(elements[i]);
      changed |= Double.compare(rounded[i], elements[i]) != 0;
    }
    return changed;
  }

  /** Bit-for-bit equality of type, elements and scales. */
  public boolean sameAs(Tensor other) {
    return type.equals(other.type) && Arrays.equals(elements, other.elements) && Arrays.equals(scales, other.scales);
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
   */
  public record ScaleGrid(int[] extents, int[] box, int[] grid) {
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
          layout.scaleShape(type.shape()).extents());
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
        index += rest % extents[axis] / box[axis] * stride;
        rest /= extents[axis];
        stride *= grid[axis];
      }
      return index;
    }
  }
}
