package nibble.codegen.cost;

/**
 * A product of an activation with a weight.
 *
 * @param rows of the activation: tokens
 * @param columns output channels
 * @param depth what is summed over
 */
public record ProductShape(long rows, long columns, long depth) {
  public ProductShape {
    if (rows < 1 || columns < 1 || depth < 1) {
      throw new IllegalArgumentException("a product has at least one row, column and element of depth");
    }
  }

  @Override
  public String toString() {
    return rows + " x " + columns + " x " + depth;
  }
}
