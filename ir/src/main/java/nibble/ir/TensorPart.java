package nibble.ir;

import nibble.ir.layout.StoredArray;

/**
 * One of the arrays that a tensor consists of in memory.
 *
 * @param name {@link #ELEMENTS}, {@link #SCALES} and so on, or of a {@link StoredArray}; of scales and residuals, parts
 *     of their own behind a dot: {@code scales.scales}
 * @param type a plain type: what the array holds
 */
public record TensorPart(String name, TensorType type) {
  /** Elements, or codes. */
  public static final String ELEMENTS = StoredArray.ELEMENTS;

  public static final String SCALES = "scales";
  public static final String ZEROS = "zeros";
  /** Codes of the second level. */
  public static final String RESIDUAL = "residual";

  /** The same part of a tensor that is itself a part of that name of another. */
  TensorPart of(String outer) {
    return new TensorPart(name.equals(ELEMENTS) ? outer : outer + "." + name, type);
  }
}
