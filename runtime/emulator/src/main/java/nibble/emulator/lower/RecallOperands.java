package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import nibble.emulator.code.Helper;
import nibble.emulator.tensor.Multiplication;

/**
 * Tells multiplications which of their operands the warp has multiplied before in the basic block, and has not changed
 * since: these are taken apart already, and need not be compared with what was. A warp executes a basic block without
 * another one between.
 *
 * <pre>
 *   before:  multiply d0, a, b0, c0        after:  multiply d0, a, b0, c0
 *            multiply d1, a, b1, c1                multiplyAgain d1, a, b1, c1, left
 * </pre>
 *
 * <p>One under a guard may not have been executed, so it neither tells nor is told.
 */
final class RecallOperands {
  private static final String MULTIPLY = "Matrices.multiply";

  // Operands of the helper.
  private static final int LEFT = 2;
  private static final int RIGHT = 3;

  private final Set<Arg> lefts = new HashSet<>();
  private final Set<Arg> rights = new HashSet<>();

  private RecallOperands() {}

  /** Tells those of a block. */
  static void recall(LoweredBlock block) {
    if (block.steps().stream().anyMatch(RecallOperands::multiplies)) {
      UnaryOperator<LoweredStep> told = new RecallOperands()::follow;
      block.steps().replaceAll(told);
    }
  }

  private static boolean multiplies(LoweredStep step) {
    return step.guard().isEmpty() && step.helper().toString().equals(MULTIPLY);
  }

  private LoweredStep follow(LoweredStep step) {
    LoweredStep told = multiplies(step) ? tell(step) : step;
    RegisterUses.visit(step, read -> {}, this::forget);
    return told;
  }

  private LoweredStep tell(LoweredStep step) {
    int left = lefts.add(step.arguments().get(LEFT)) ? 0 : Multiplication.LEFT;
    int right = rights.add(step.arguments().get(RIGHT)) ? 0 : Multiplication.RIGHT;
    if (left + right == 0) {
      return step;
    }
    List<Arg> arguments = new ArrayList<>(step.arguments());
    arguments.add(Arg.number(left + right));
    return new LoweredStep(Helper.named("Matrices.multiplyAgain"), arguments, step.guard(), step.site());
  }

  private void forget(VirtualRegister written) {
    lefts.removeIf(operand -> reads(operand, written));
    rights.removeIf(operand -> reads(operand, written));
  }

  private static boolean reads(Arg operand, VirtualRegister register) {
    return switch (operand) {
      case Arg.Register it -> it.register() == register;
      case Arg.Registers it -> it.registers().stream().anyMatch(element -> reads(element, register));
      default -> false;
    };
  }
}
