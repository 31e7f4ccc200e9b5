package nibble.emulator.tensor;

/**
 * How a {@code wmma} fragment lies in memory: as tiles of {@code mma} fragments, one register behind the other. PTX
 * leaves open which element is in which register; programs only rely on every element being in the same place of all
 * fragments of a kind, which this is.
 *
 * @param map one tile
 * @param across tiles beside each other; those below each other are told by {@code registers}
 * @param registers registers of the fragment; beyond those of its tiles they repeat them
 * @param bits of an element; those below a byte are moved as words
 * @param strideBits bits that a stride of one amounts to
 * @param byColumns whether neighbours in memory are in one column
 */
public record TileAccess(
    TileMap map, int down, int across, int registers, int bits, int strideBits, boolean byColumns) {
  /** How many different registers there are. */
  public int distinct() {
    return map.registers() * down * across;
  }

  /** Row of an element in the fragment's matrix. */
  public int row(int register, int lane, int e) {
    int tile = register % distinct() / map.registers();
    return map.index(register % map.registers(), lane, e) / map.columns() + tile / across * map.rows();
  }

  /** Column of an element in the fragment's matrix. */
  public int column(int register, int lane, int e) {
    int tile = register % distinct() / map.registers();
    return map.index(register % map.registers(), lane, e) % map.columns() + tile % across * map.columns();
  }

  /**
   * Bits from the start of memory to an element, where {@code stride} elements are from row to row, or column to
   * column.
   */
  public long offset(int register, int lane, int e, int stride) {
    long row = row(register, lane, e);
    long column = column(register, lane, e);
    long far = (byColumns ? column : row) * stride;
    long near = byColumns ? row : column;
    return far * strideBits + near * bits;
  }

  /** Whether the elements of a register are neighbours in memory. */
  public boolean isPacked() {
    int per = map.perRegister();
    return per > 1 && offset(0, 0, 1, 1 << 16) - offset(0, 0, 0, 1 << 16) == bits;
  }
}
