package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.List;
import nibble.emulator.code.Bank;
import nibble.emulator.memory.Addresses;
import nibble.emulator.model.Operand;
import nibble.emulator.model.PtxType;
import nibble.emulator.model.StateSpace;
import nibble.emulator.operation.Reductions;
import nibble.emulator.report.Rejection;
import nibble.emulator.table.Form;

/**
 * One step: the form's helper with the instruction's operands in their order, each as the form's operand kinds say, and
 * behind them what the form adds: choices of slots, numbers, {@code site}, {@code zero} for a register, or {@code
 * active} for one with the lanes that execute it. Kinds:
 *
 * <pre>
 * d32 s32     register that is written, or read (8, 16, 32 and 64 bits); a source may be a constant
 * dp sp       predicate that is written, or read; a source may be negated
 * d32|p dp|q  two results; the second may be missing
 * d32&p       two results
 * {d32} {s32} registers in braces
 * a           address: a 64-bit register and a displacement
 * m m=to      address in the space that slot {@code space} or {@code to} names: register, displacement, space
 * t           tensor map and coordinates: a 64-bit register, a displacement, a list of registers
 * i           integer constant
 * s32?        a source that may be left out
 * sp?bool     a source that goes with the slot {@code bool}: it stands there where that is filled
 * -s64        a source that the helper does not take
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
      boolean isDropped = kind.startsWith("-");
      String plain = kind.substring(isDropped ? 1 : 0, mark < 0 ? kind.length() : mark);
      add(it, plain, it.operand(i), isDropped ? new ArrayList<>() : arguments);
    }
    for (String argument : form.action().arguments()) {
      arguments.add(constant(it, argument));
    }
    it.step(it.match().actionName(), arguments);
    if (it.function().isWatched() && it.match().actionName().equals("Fences.full")) {
      it.step("Watch.fence", new Arg.Site());
    }
  }

  /**
   * {@code site}, {@code zero}, {@code active}, a number, the choice of a slot, or what slots {@code op} and {@code
   * type} stand for.
   */
  static Arg constant(Emission it, String argument) {
    return switch (argument) {
      case "site" -> new Arg.Site();
      case "@operation" -> Arg.number(Reductions.number(it.match().text("op")));
      case "@type" -> Arg.number(PtxType.of(it.match().text("type")).orElseThrow().ordinal());
      case "zero" -> new Arg.WordConstant(0);
      case "active" -> {
        VirtualRegister lanes = it.temporary(PtxType.B32);
        it.step("Votes.activemask", Arg.write(lanes));
        yield Arg.read(lanes);
      }
      default -> {
        boolean isNumber = Character.isDigit(argument.charAt(0));
        yield Arg.number(isNumber ? Integer.parseInt(argument) : it.match().number(argument));
      }
    };
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
      case "m" -> arguments.addAll(Placement.of(it, operand, "space"));
      case "t" -> tensor(it, operand, arguments);
      case "dp|q" -> pair(it, operand, arguments, 0);
      default -> {
        if (kind.startsWith("m=")) {
          arguments.addAll(Placement.of(it, operand, kind.substring(2)));
          return;
        }
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

  /** {@code [map, {coordinates}]}: the map by generic address. */
  private static void tensor(Emission it, Operand operand, List<Arg> arguments) {
    if (!(operand instanceof Operand.Address address && address.coordinates().size() == 1)) {
      throw new Rejection("'" + operand + "' is no tensor map with coordinates");
    }
    Emission.Address map = it.wideAddress(new Operand.Address(address.base(), address.offset(), List.of()));
    // A kernel's parameter is a tensor map, too; its address is made generic.
    boolean isParameter = map.symbol().isPresent() && map.symbol().get().space() == StateSpace.PARAM;
    arguments.add(
        isParameter ? new Arg.SymbolAddress(map.symbol().get(), Addresses.PARAM, Bank.LONG) : map.base());
    arguments.add(Arg.number(map.displacement()));
    arguments.add(registers(it, address.coordinates().get(0), 32, false));
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
