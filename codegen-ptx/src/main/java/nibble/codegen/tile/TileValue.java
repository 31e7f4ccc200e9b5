package nibble.codegen.tile;

import java.util.function.IntToDoubleFunction;

/** What a value of Tile IR is while it is interpreted. */
public sealed interface TileValue {
  /**
   * A tile: elements in row-major order; one for a scalar.
   */
  record Data(TileType type, double[] elements) implements TileValue {
    public static Data generate(TileType type, IntToDoubleFunction element) {
      double[] elements = new double[type.size()];
      for (int i = 0; i < elements.length; i++) {
        elements[i] = element.applyAsDouble(i);
      }
      return new Data(type, elements);
    }

    /** The element at that index, or the only one of a scalar. */
    public double at(int index) {
      return elements[elements.length == 1 ? 0 : index];
    }

    public int scalar() {
      return (int) elements[0];
    }
  }

  /**
   * Global memory: decoded elements, which stores change.
   *
   * @param start index of the first element
   */
  record Buffer(BufferType type, double[] elements, int start) implements TileValue {
    public Buffer(BufferType type, double[] elements) {
      this(type, elements, 0);
    }

    public Buffer advance(int count) {
      return new Buffer(type, elements, start + count);
    }
  }

  /** Shared memory: decoded elements of each stage in row-major order, NaN until they are stored. */
  record Shared(SharedType type, double[][] stages) implements TileValue {}

  /**
   * What a tensor map describes.
   *
   * @param extents the innermost first
   * @param strides in elements, without the innermost, which is 1
   */
  record Map(MapType type, Buffer buffer, long[] extents, long[] strides) implements TileValue {
    /** The element at those coordinates: 0 outside of the tensor. */
    public double read(long[] at) {
      long index = buffer.start() + at[0];
      for (int i = 0; i < at.length; i++) {
        if (at[i] < 0 || at[i] >= extents[i]) {
          return 0;
        }
        index += i == 0 ? 0 : at[i] * strides[i - 1];
      }
      return buffer.elements()[Math.toIntExact(index)];
    }
  }

  default Data data() {
    return (Data) this;
  }

  default Buffer buffer() {
    return (Buffer) this;
  }

  default Shared shared() {
    return (Shared) this;
  }
}
