package nibble.engine.plan;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.Program;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;

/**
 * What a program computes from its weights alone, as kernels get it.
 *
 * @param tensors one for each parameter of the program's {@code main} behind the inputs
 */
public record Constants(ImmutableList<Tensor> tensors) {
  /**
   * Interprets the program's load function.
   *
   * @throws nibble.ir.diagnostic.InputException where a weight is missing or has another shape
   */
  public static Constants of(Program program, WeightSource weights) {
    return new Constants(new Interpreter(Mode.FAITHFUL, weights).run(program.load(), List.of()));
  }
}
