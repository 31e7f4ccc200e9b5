package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.List;
import nibble.emulator.model.Operand;
import nibble.emulator.model.PtxType;
import nibble.emulator.report.Rejection;
import nibble.emulator.table.Form;

/**
 * One step: the form's helper with the instruction's operands in their order, each as the form's operand kinds say, and
 * behind them what the form adds: choices of slots, numbers, {@code site}, or {@code zero} for a register. Kinds:
 *
 * <pre>
 * d32 s32     register that is written, or read (8, 16, 32 and 64 bits); a source may be a constant
 * dp sp       predicate that is written, or read; a source may be negated
 * d32|p dp|q  two results; the second may be missing
 * d32&p       two results
 * {d32} {s32} registers in braces
 * a           address: a 64-bit register and a displacement
 * i           integer constant
 * s32?        a source that may be left out
 * sp?bool     a source that goes with the slot {@code bool}: it stands there where that is filled
 * </pre>
 */
final class DefaultLowering {
  private DefaultLowering() {}

  static void lower(Emission instruction) {
    Form form = instruction.match().form();
    if (!form.waits()) {
      step(instruction, form);
      return;
    }
    // Lanes that do not take part must not wait with the others.
    LoweredBlock next = new LoweredBlock();
    Emission it = instruction.guard().isPresent() ? instruction.unguarded(next) : instruction;
    step(it, form);
    it.function().end(new End.Wait(next), next);
  }

  private static void step(Emission it, Form form) {
    List<Arg> arguments = new ArrayList<>();
    for (int i = 0; i < it.count(); i++) {
      String kind = form.operands().get(i);
      int mark = kind.indexOf('?');
      add(it, mark < 0 ? kind : kind.substring(0, mark), it.operand(i), arguments);
    }
    for (String argument : form.action().arguments()) {
      arguments.add(constant(it, argument));
    }
    it.step(it.match().actionName(), arguments);
  }

  /** {@code site}, {@code zero}, a number, or the choice of a slot. */
  static Arg constant(Emission it, String argument) {
    if (argument.equals("site")) {
      return new Arg.Site();
    }
    if (argument.equals("zero")) {
      return new Arg.WordConstant(0);
    }
    boolean isNumber = Character.isDigit(argument.charAt(0));
    return Arg.number(isNumber ? Integer.parseInt(argument) : it.match().number(argument));
  }

  private static void add(Emission it, String kind, Operand operand, List<Arg> arguments) {
    switch (kind) {
      case "dp" -> arguments.add(it.writePredicate(operand));
      case "sp" -> arguments.add(it.readPredicate(operand));
      case "i" -> arguments.add(Arg.number(it.number(operand)));
      case "a" -> {
        Emission.Address address = it.wideAddress(operand);
        arguments.add(address.base());
        arguments.add(Arg.number(address.displacement()));
      }
      case "dp|q" -> pair(it, operand, arguments, 0);
      default -> {
        int bits = Integer.parseInt(kind.replaceAll("[^0-9]", ""));
        if (kind.startsWith("{")) {
          arguments.add(registers(it, operand, bits, kind.charAt(1) == 'd'));
        } else if (kind.endsWith("|p")) {
          pair(it, operand, arguments, bits);
        } else if (kind.endsWith("&p")) {
          if (!(operand instanceof Operand.Pair)) {
            throw new Rejection("'" + operand + "' lacks the predicate behind it");
          }
          pair(it, operand, arguments, bits);
        } else {
          arguments.add(kind.charAt(0) == 'd' ? it.write(operand, bits) : it.read(operand, bits));
        }
      }
    }
  }

  /** A register of so many bits, or a predicate for zero, and a predicate. */
  private static void pair(Emission it, Operand operand, List<Arg> arguments, int bits) {
    Operand first = operand instanceof Operand.Pair pair ? pair.first() : operand;
    arguments.add(bits == 0 ? it.writePredicate(first) : it.write(first, bits));
    arguments.add(
        operand instanceof Operand.Pair pair
            ? it.writePredicate(pair.second())
            : Arg.write(it.temporary(PtxType.PRED)));
  }

  static Arg registers(Emission it, Operand operand, int bits, boolean written) {
    List<Arg> registers = new ArrayList<>();
    for (Operand element : it.elements(operand)) {
      if (element instanceof Operand.Vector) {
        throw new Rejection("'" + operand + "': braces in braces");
      }
      registers.add(written ? it.write(element, bits) : it.read(element, bits));
    }
    return new Arg.Registers(registers);
  }
}
