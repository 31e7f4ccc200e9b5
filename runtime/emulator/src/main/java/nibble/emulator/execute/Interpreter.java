package nibble.emulator.execute;

import java.util.List;
import nibble.emulator.code.BasicBlock;
import nibble.emulator.code.Code;
import nibble.emulator.code.Step;
import nibble.emulator.code.Terminator;

/**
 * The reference tier: walks the steps of a block and calls their helpers. What {@link BytecodeCompiler} makes of the
 * same code must agree with it bit for bit.
 */
public final class Interpreter implements Executable {
  private final Instruction[][] blocks;
  private final Terminator[] ends;

  private record Instruction(Invoker invoker, int[] arguments, int guard, boolean negated) {}

  public Interpreter(Code code) {
    List<BasicBlock> list = code.blocks();
    blocks = new Instruction[list.size()][];
    ends = new Terminator[list.size()];
    for (int i = 0; i < blocks.length; i++) {
      ends[i] = list.get(i).end();
      blocks[i] = list.get(i).steps().stream().map(Interpreter::decode).toArray(Instruction[]::new);
    }
  }

  private static Instruction decode(Step step) {
    return new Instruction(Invokers.of(step.helper()), step.arguments(), step.guard(), step.negated());
  }

  @Override
  public int execute(int block, Warp warp, int mask) {
    for (Instruction it : blocks[block]) {
      it.invoker.call(warp, lanes(warp, mask, it.guard, it.negated), it.arguments);
    }
    return switch (ends[block]) {
      case Terminator.Jump it -> it.target();
      case Terminator.Branch it -> branch(warp, mask, it);
      case Terminator.Indexed it ->
          Flow.indexed(warp, mask, it.self(), it.register(), it.targets(), it.escapes(), it.join(), it.site());
      case Terminator.Leave it ->
          Flow.leave(warp, lanes(warp, mask, it.guard(), it.negated()), it.isExit(), it.next());
      case Terminator.Call it -> Flow.call(warp, lanes(warp, mask, it.guard(), it.negated()), it.entry(), it.next());
      case Terminator.Wait it -> Flow.proceed(warp, it.next());
    };
  }

  private static int branch(Warp warp, int mask, Terminator.Branch it) {
    int lanes = lanes(warp, mask, it.predicate(), it.negated());
    return switch (it.escape()) {
      case NONE -> Flow.branch(warp, mask, lanes, it.taken(), it.otherwise(), it.join());
      case TAKEN -> Flow.escape(warp, mask, lanes, it.taken(), it.otherwise());
      case OTHERWISE -> Flow.escape(warp, mask, mask & ~lanes, it.otherwise(), it.taken());
    };
  }

  private static int lanes(Warp warp, int mask, int guard, boolean negated) {
    if (guard == Step.UNGUARDED) {
      return mask;
    }
    return negated ? Flow.guardedNot(warp, mask, guard) : Flow.guarded(warp, mask, guard);
  }
}
