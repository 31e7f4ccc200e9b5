package nibble.emulator.tma;

/**
 * A box of a tensor: rows of neighbouring elements. What of a row is inside of the tensor is the same for all rows that
 * are inside at all.
 */
public final class Box {
  private final TensorDescriptor map;
  private final int[] coordinates;
  private final int[] gathered;
  private final int first;
  private final int length;

  private Box(TensorDescriptor map, int[] coordinates, int[] gathered) {
    this.map = map;
    this.coordinates = coordinates;
    this.gathered = gathered;
    int unit = map.element().count();
    long start = Math.floorDiv(coordinates[0], unit);
    long extent = map.dimensions()[0] / unit;
    int width = map.box()[0] / unit;
    int from = (int) Math.clamp(-start, 0, width);
    int to = (int) Math.clamp(extent - start, from, width);
    first = from * map.element().bytes();
    length = (to - from) * map.element().bytes();
  }

  /** The box whose first element has these coordinates, which may be outside. */
  public static Box at(TensorDescriptor map, int[] coordinates) {
    return new Box(map, coordinates.clone(), null);
  }

  /**
   * Some rows of a matrix ({@code .tile::gather4}).
   *
   * @param column the first column
   */
  public static Box ofRows(TensorDescriptor map, int column, int[] rows) {
    return new Box(map, new int[] {column, 0}, rows.clone());
  }

  /** How many rows there are. */
  public int rows() {
    return gathered != null ? gathered.length : map.rows();
  }

  /** Bytes of all rows in shared memory, those included that are not inside. */
  public int bytes() {
    return rows() * map.rowBytes();
  }

  /** Where in a row the part starts that is inside. */
  public int first() {
    return first;
  }

  /** Bytes of a row that are inside. */
  public int length() {
    return length;
  }

  /** Whether any of a row is inside. */
  public boolean isInside(int row) {
    return length > 0 && address(row) >= 0;
  }

  /** The address of the first byte of a row that is inside; -1 if the row is outside. */
  public long address(int row) {
    int unit = map.element().count();
    long address =
        map.address() + Math.floorDiv((long) coordinates[0], unit) * map.element().bytes() + first;
    int rest = row;
    for (int i = 1; i < map.rank(); i++) {
      long index = coordinates[i] + (long) (rest % map.count(i)) * map.steps()[i];
      if (gathered != null) {
        index = gathered[row];
      }
      rest /= map.count(i);
      if (index < 0 || index >= map.dimensions()[i]) {
        return -1;
      }
      address += index * map.strides()[i - 1];
    }
    return address;
  }
}
