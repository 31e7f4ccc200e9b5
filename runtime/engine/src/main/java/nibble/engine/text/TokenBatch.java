package nibble.engine.text;

import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Shape;

/**
 * Tokens of several texts, padded to the same length.
 *
 * @param rows texts
 * @param columns tokens of each, padding included
 * @param ids token numbers, row by row
 * @param mask 1 for a token, 0 for padding
 */
public record TokenBatch(int rows, int columns, int[] ids, int[] mask) {
  public TokenBatch {
    if (ids.length != rows * columns || mask.length != rows * columns) {
      throw new IllegalArgumentException(ids.length + " ids and " + mask.length + " masks for " + rows + " x "
          + columns);
    }
  }

  /** The ids as a tensor {@code [rows, columns]}. */
  public Tensor ids(NumberFormat format) {
    return tensor(ids, format);
  }

  /** The mask as a tensor {@code [rows, columns]} of zeros and ones. */
  public Tensor mask(NumberFormat format) {
    return tensor(mask, format);
  }

  /** How many tokens a text has without its padding. */
  public int length(int row) {
    int length = 0;
    for (int column = 0; column < columns; column++) {
      length += mask[row * columns + column];
    }
    return length;
  }

  private Tensor tensor(int[] values, NumberFormat format) {
    return Tensor.generate(TensorType.of(Shape.of(rows, columns), format), i -> values[i]);
  }
}
