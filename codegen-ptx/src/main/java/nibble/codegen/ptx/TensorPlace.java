package nibble.codegen.ptx;

/**
 * A box of a tensor in global memory.
 *
 * @param map generic address of the tensor map
 * @param coordinates of the box's first element, the innermost first
 */
public record TensorPlace(Register map, RegisterVector coordinates) implements Operand {
  @Override
  public String toString() {
    return "[" + map + ", " + coordinates + "]";
  }
}
