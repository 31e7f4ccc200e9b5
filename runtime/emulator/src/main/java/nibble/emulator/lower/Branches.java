package nibble.emulator.lower;

import java.util.List;
import java.util.Optional;
import nibble.emulator.report.Rejection;

/** Instructions after which another block follows. */
final class Branches {
  private Branches() {}

  /** {@code bra label}. */
  static void branch(Emission it) {
    LoweredBlock target = it.names().label(it.operand(0).toString());
    if (it.guard().isEmpty()) {
      it.function().end(new End.Jump(target));
    } else {
      LoweredBlock next = new LoweredBlock();
      it.function().end(new End.Branch(it.guard().get(), target, next), next);
    }
  }

  /** {@code brx.idx register, targets}. */
  static void indexed(Emission it) {
    Arg index = it.read(it.operand(0), 32);
    if (!(it.symbol(it.operand(1)).orElse(null) instanceof Symbol.Targets list)) {
      throw new Rejection("'" + it.operand(1) + "' is not a list of branch targets");
    }
    List<LoweredBlock> targets = list.targets().targets().stream().map(it.names()::label).toList();
    if (it.guard().isPresent()) {
      LoweredBlock jump = new LoweredBlock();
      LoweredBlock next = new LoweredBlock();
      it.function().end(new End.Branch(it.guard().get(), jump, next), jump);
      it.function().end(new End.Indexed(index, targets, it.site()), next);
    } else {
      it.function().cut();
      it.function().end(new End.Indexed(index, targets, it.site()));
    }
  }

  /** {@code ret}, which leaves the kernel where it stands in one. */
  static void leave(Emission it) {
    leave(it, it.function().frame().function().isEntry());
  }

  /** {@code exit}. */
  static void exit(Emission it) {
    leave(it, true);
  }

  private static void leave(Emission it, boolean isExit) {
    if (it.guard().isEmpty()) {
      it.function().end(new End.Leave(Optional.empty(), isExit, Optional.empty()));
    } else {
      LoweredBlock next = new LoweredBlock();
      it.function().end(new End.Leave(it.guard(), isExit, Optional.of(next)), next);
    }
  }

  /** {@code trap}: nothing follows where it is executed. */
  static void trap(Emission it) {
    it.step("Traps.trap", new Arg.Site());
    if (it.guard().isEmpty()) {
      it.function().end(new End.Leave(Optional.empty(), true, Optional.empty()));
    }
  }
}
