package nibble.emulator.lower;

import java.util.List;
import java.util.Optional;

/** How a block ends, before blocks have numbers; see {@link nibble.emulator.code.Terminator}. */
sealed interface End {
  record Jump(LoweredBlock target) implements End {}

  record Branch(Guard guard, LoweredBlock taken, LoweredBlock otherwise) implements End {}

  record Indexed(Arg index, List<LoweredBlock> targets, int site) implements End {}

  /** Without a guard everybody leaves and there is no next. */
  record Leave(Optional<Guard> guard, boolean isExit, Optional<LoweredBlock> next) implements End {}

  record Call(Optional<Guard> guard, Frame callee, LoweredBlock next) implements End {}

  record Wait(LoweredBlock next) implements End {}

  /** The blocks that may follow in this function. */
  default List<LoweredBlock> successors() {
    return switch (this) {
      case Jump it -> List.of(it.target);
      case Branch it -> List.of(it.taken, it.otherwise);
      case Indexed it -> it.targets;
      case Leave it -> it.next.map(List::of).orElse(List.of());
      case Call it -> List.of(it.next);
      case Wait it -> List.of(it.next);
    };
  }
}
