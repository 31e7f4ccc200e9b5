package nibble.emulator.lower;

import java.util.List;
import java.util.Optional;
import nibble.emulator.code.Bank;
import nibble.emulator.model.Operand;
import nibble.emulator.model.PtxType;
import nibble.emulator.report.Rejection;

/** {@code mov}: registers, constants, addresses of variables, clocks, packing and unpacking. */
final class Moves {
  private Moves() {}

  static void move(Emission it) {
    PtxType type = PtxType.of(it.match().text("type")).orElseThrow();
    Operand target = it.operand(0);
    Operand source = it.operand(1);
    if (type == PtxType.PRED) {
      it.step("Predicates.move", it.writePredicate(target), it.readPredicate(source));
    } else if (target instanceof Operand.Vector elements) {
      unpack(it, elements.elements(), source, type.bits());
    } else if (source instanceof Operand.Vector elements) {
      pack(it, target, elements.elements(), type.bits());
    } else if (type == PtxType.B128) {
      Symbol.Wide to = wide(it, target);
      Symbol.Wide from = wide(it, source);
      it.step("Moves.wide", Arg.write(to.low()), Arg.read(from.low()));
      it.step("Moves.wide", Arg.write(to.high()), Arg.read(from.high()));
    } else {
      scalar(it, target, source, type.bits());
    }
  }

  private static void scalar(Emission it, Operand target, Operand source, int bits) {
    String helper = bits == 64 ? "Moves.wide" : "Moves.word";
    Optional<Arg> address = address(it, source, bits);
    if (address.isPresent()) {
      it.step(helper, it.write(target, bits), address.get());
    } else if (source instanceof Operand.Name name && Clocks.isClock(name.text())) {
      it.step(Clocks.helper(name.text(), bits), it.write(target, bits));
    } else {
      it.step(helper, it.write(target, bits), it.read(source, bits));
    }
  }

  /** The address of a variable, with an offset. */
  static Optional<Arg> address(Emission it, Operand source, int bits) {
    Operand named = source instanceof Operand.Displaced displaced ? displaced.name() : source;
    long offset = source instanceof Operand.Displaced displaced ? displaced.offset() : 0;
    Symbol symbol = it.symbol(named).orElse(null);
    if (symbol instanceof MemorySymbol memory) {
      if (bits < 32) {
        throw new Rejection("the address of '" + named + "' does not fit " + bits + " bits");
      }
      it.function().mention(memory);
      return Optional.of(new Arg.SymbolAddress(memory, offset, bits == 64 ? Bank.LONG : Bank.WORD));
    }
    if (symbol instanceof Frame function && bits == 64) {
      return Optional.of(new Arg.LongConstant(function.address() + offset));
    }
    return Optional.empty();
  }

  private static void pack(Emission it, Operand target, List<Operand> elements, int bits) {
    int each = share(elements, bits);
    if (bits == 128) {
      Symbol.Wide to = wide(it, target);
      it.step("Moves.wide", Arg.write(to.low()), it.read(elements.get(0), 64));
      it.step("Moves.wide", Arg.write(to.high()), it.read(elements.get(1), 64));
    } else if (elements.size() == 2 && each >= 16) {
      String helper = bits == 64 ? "Moves.packWords" : "Moves.packHalves";
      it.step(helper, it.write(target, bits), it.read(elements.get(0), each), it.read(elements.get(1), each));
    } else {
      Arg parts = new Arg.Registers(elements.stream().map(element -> it.read(element, each)).toList());
      it.step(bits == 64 ? "Moves.packWide" : "Moves.packWord", it.write(target, bits), parts, Arg.number(each));
    }
  }

  private static void unpack(Emission it, List<Operand> elements, Operand source, int bits) {
    int each = share(elements, bits);
    if (bits == 128) {
      Symbol.Wide from = wide(it, source);
      it.step("Moves.wide", it.write(elements.get(0), 64), Arg.read(from.low()));
      it.step("Moves.wide", it.write(elements.get(1), 64), Arg.read(from.high()));
    } else if (elements.size() == 2 && each >= 16) {
      String helper = bits == 64 ? "Moves.unpackWords" : "Moves.unpackHalves";
      it.step(helper, it.write(elements.get(0), each), it.write(elements.get(1), each), it.read(source, bits));
    } else {
      Arg parts = new Arg.Registers(elements.stream().map(element -> it.write(element, each)).toList());
      it.step(bits == 64 ? "Moves.unpackWide" : "Moves.unpackWord", parts, it.read(source, bits), Arg.number(each));
    }
  }

  private static int share(List<Operand> elements, int bits) {
    int each = bits / Math.max(1, elements.size());
    if (elements.size() < 2 || each < 8 || each * elements.size() != bits) {
      throw new Rejection(elements.size() + " elements do not make " + bits + " bits");
    }
    return each;
  }

  static Symbol.Wide wide(Emission it, Operand operand) {
    if (it.symbol(operand).orElse(null) instanceof Symbol.Wide register) {
      return register;
    }
    throw new Rejection("'" + operand + "' is not a 128-bit register");
  }

  /** Registers that change while a warp runs. */
  static final class Clocks {
    private Clocks() {}

    static boolean isClock(String name) {
      return switch (name) {
        case "%clock", "%clock_hi", "%clock64", "%globaltimer", "%globaltimer_lo", "%globaltimer_hi" -> true;
        default -> false;
      };
    }

    static String helper(String name, int bits) {
      boolean isWide = name.equals("%clock64") || name.equals("%globaltimer");
      if (isWide != (bits == 64)) {
        throw new Rejection("'" + name + "' has " + (isWide ? 64 : 32) + " bits; here " + bits + " are wanted");
      }
      return switch (name) {
        case "%clock" -> "Clocks.low";
        case "%clock_hi" -> "Clocks.high";
        case "%clock64" -> "Clocks.wide";
        case "%globaltimer" -> "Clocks.timer";
        case "%globaltimer_lo" -> "Clocks.timerLow";
        default -> "Clocks.timerHigh";
      };
    }
  }
}
