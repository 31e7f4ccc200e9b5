package nibble.codegen.lower;

import nibble.codegen.tile.op.TensorMap;
import nibble.ir.format.NumberFormat;

/**
 * A tensor map that a kernel takes as a parameter.
 *
 * @param buffer number of the program's parameter that it describes
 * @param format format of its elements
 * @param map extents, strides, box and swizzle
 */
public record MapParameter(int buffer, NumberFormat format, TensorMap map) {}
