package nibble.emulator.lower;

import java.util.Optional;
import java.util.function.Consumer;

/** Which registers steps and ends of blocks read and write. */
final class RegisterUses {
  private RegisterUses() {}

  /** Calls the first consumer for each register that is read, the second for each that is written. */
  static void visit(LoweredStep step, Consumer<VirtualRegister> read, Consumer<VirtualRegister> written) {
    for (Arg argument : step.arguments()) {
      visit(argument, read, written);
    }
    guard(step.guard(), read);
  }

  private static void visit(Arg argument, Consumer<VirtualRegister> read, Consumer<VirtualRegister> written) {
    switch (argument) {
      case Arg.Register it -> {
        if (it.reads()) {
          read.accept(it.register());
        }
        if (it.writes()) {
          written.accept(it.register());
        }
      }
      case Arg.Registers it -> it.registers().forEach(element -> visit(element, read, written));
      default -> {}
    }
  }

  /** Calls the consumer for each register that the end reads. */
  static void visit(End end, Consumer<VirtualRegister> read) {
    switch (end) {
      case End.Branch it -> read.accept(it.guard().predicate());
      case End.Indexed it -> visit(it.index(), read, read);
      case End.Leave it -> guard(it.guard(), read);
      case End.Call it -> guard(it.guard(), read);
      case End.Jump it -> {}
      case End.Wait it -> {}
    }
  }

  private static void guard(Optional<Guard> guard, Consumer<VirtualRegister> read) {
    guard.ifPresent(it -> read.accept(it.predicate()));
  }
}
