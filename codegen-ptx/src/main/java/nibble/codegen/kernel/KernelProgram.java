package nibble.codegen.kernel;

import com.google.common.collect.ImmutableList;
import nibble.ir.Function;

/**
 * A kernel as a program of Tile IR.
 *
 * @param program takes one buffer for each parameter
 * @param parameters what each buffer holds
 */
public record KernelProgram(Function program, ImmutableList<Parameter> parameters) {
  /**
   * A buffer of a kernel.
   *
   * @param index of the operand or result of the kernel operation
   * @param isResult whether it is a result
   * @param part which of the parts of the tensor it holds, as {@link nibble.ir.TensorType#parts()} names them
   */
  public record Parameter(int index, boolean isResult, String part) {}
}
