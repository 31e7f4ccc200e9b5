package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nibble.emulator.code.Bank;
import nibble.emulator.memory.Space;
import nibble.emulator.model.Operand;
import nibble.emulator.model.PtxType;
import nibble.emulator.model.StateSpace;
import nibble.emulator.report.Rejection;

/**
 * {@code ld} and {@code st} in all spaces. Cache hints need no code: the machine has no caches. Within a block all
 * accesses happen in program order; where an order is asked for, a fence makes it so between blocks, too.
 */
final class Accesses {
  private Accesses() {}

  static void load(Emission it) {
    PtxType type = type(it);
    Emission.Address address = it.address(it.operand(1));
    int space = space(it, address);
    List<Operand> targets = elements(it, it.operand(0));
    if (isWatched(it, space)) {
      it.function().point();
      it.step("Watch.read", tail(List.of(Arg.number(type.bytes() * targets.size())), address, space));
    }
    if (type == PtxType.B128) {
      Symbol.Wide wide = Moves.wide(it, it.operand(0));
      Arg pair = new Arg.Registers(List.of(Arg.write(wide.low()), Arg.write(wide.high())));
      it.step("Loads.longs", tail(List.of(pair), address, space));
    } else if (targets.size() > 1) {
      loadVector(it, type, targets, address, space);
    } else {
      loadScalar(it, type, targets.get(0), address, space);
    }
    if (it.match().has("order")) {
      it.step("Fences.full");
    }
  }

  private static void loadScalar(
      Emission it, PtxType type, Operand target, Emission.Address address, int space) {
    VirtualRegister register = target(it, target, type);
    Arg written = Arg.write(register);
    int bits = register.type().bits();
    if (type.bits() == bits && bits >= 32) {
      it.step(bits == 64 ? "Loads.wide" : "Loads.word", tail(List.of(written), address, space));
    } else if (bits == 64) {
      Arg signed = Arg.number(type.isSigned() ? 1 : 0);
      it.step("Loads.narrowWide", tail(List.of(written, Arg.number(type.bytes()), signed), address, space));
    } else {
      Arg keep = Arg.number(keep(type, bits));
      it.step("Loads.narrow", tail(List.of(written, Arg.number(type.bytes()), keep), address, space));
    }
  }

  /** The bits of a register that a load sets: registers narrower than 32 bits are kept zero-extended. */
  private static int keep(PtxType type, int registerBits) {
    int bits = type.isSigned() ? registerBits : type.bits();
    return bits == 32 ? -1 : (1 << bits) - 1;
  }

  private static void loadVector(
      Emission it, PtxType type, List<Operand> targets, Emission.Address address, int space) {
    int widest = Math.max(type.bits(), 16);
    List<Arg> registers = new ArrayList<>();
    for (Operand target : targets) {
      VirtualRegister register = target(it, target, type);
      if (register.type().bits() > widest) {
        throw new Rejection(
            "'" + target + "' has " + register.type().bits() + " bits; an element of this vector has " + type.bits());
      }
      registers.add(Arg.write(register));
    }
    Arg list = new Arg.Registers(registers);
    switch (type.bits()) {
      case 32 -> it.step("Loads.words", tail(List.of(list), address, space));
      case 64 -> it.step("Loads.longs", tail(List.of(list), address, space));
      default -> {
        Arg keep = Arg.number(keep(type, 16));
        it.step("Loads.parts", tail(List.of(list, Arg.number(type.bytes()), keep), address, space));
      }
    }
  }

  private static VirtualRegister target(Emission it, Operand target, PtxType type) {
    return target instanceof Operand.Name name && name.isSink()
        ? it.temporary(type.bits() == 64 ? PtxType.B64 : type.bits() == 32 ? PtxType.B32 : PtxType.B16)
        : it.wideEnough(target, type.bits());
  }

  static void store(Emission it) {
    PtxType type = type(it);
    Emission.Address address = it.address(it.operand(0));
    int space = space(it, address);
    List<Operand> sources = elements(it, it.operand(1));
    if (it.match().has("order")) {
      it.step("Fences.full");
    }
    if (type == PtxType.B128) {
      Symbol.Wide wide = Moves.wide(it, it.operand(1));
      List<Arg> pair = List.of(Arg.read(wide.low()), Arg.read(wide.high()));
      watch(it, PtxType.B64, true, pair, address, space);
      it.step("Stores.longs", tail(List.of(new Arg.Registers(pair)), address, space));
      return;
    }
    List<Arg> registers = sources.stream().map(source -> source(it, source, type)).toList();
    watch(it, type, isLong(it, sources.get(0), type), registers, address, space);
    if (registers.size() == 1) {
      storeScalar(it, type, isLong(it, sources.get(0), type), registers.get(0), address, space);
      return;
    }
    Arg list = new Arg.Registers(registers);
    switch (type.bits()) {
      case 32 -> it.step("Stores.words", tail(List.of(list), address, space));
      case 64 -> it.step("Stores.longs", tail(List.of(list), address, space));
      default -> it.step("Stores.parts", tail(List.of(list, Arg.number(type.bytes())), address, space));
    }
  }

  private static void storeScalar(
      Emission it, PtxType type, boolean isLong, Arg source, Emission.Address address, int space) {
    if (type.bits() == (isLong ? 64 : 32)) {
      it.step(isLong ? "Stores.wide" : "Stores.word", tail(List.of(source), address, space));
    } else {
      List<Arg> first = List.of(source, Arg.number(type.bytes()));
      it.step(isLong ? "Stores.narrowWide" : "Stores.narrow", tail(first, address, space));
    }
  }

  private static boolean isLong(Emission it, Operand source, PtxType type) {
    return it.symbol(source).orElse(null) instanceof Symbol.Register register
        ? register.register().bank() == Bank.LONG
        : type.bits() == 64;
  }

  private static Arg source(Emission it, Operand source, PtxType type) {
    return it.symbol(source).orElse(null) instanceof Symbol.Register
        ? Arg.read(it.wideEnough(source, type.bits()))
        : it.read(source, type.bits());
  }

  // What loads and stores share

  private static PtxType type(Emission it) {
    return PtxType.of(it.match().text("type")).orElseThrow();
  }

  private static List<Operand> elements(Emission it, Operand operand) {
    List<Operand> elements = it.elements(operand);
    int wanted = it.match().has("vec") ? it.match().text("vec").charAt(1) - '0' : 1;
    if (elements.size() != wanted) {
      throw new Rejection("'" + operand + "' has " + elements.size() + " elements; here " + wanted + " are wanted");
    }
    return elements;
  }

  /** The space's number; the parameters of device functions and of calls are local memory. */
  private static int space(Emission it, Emission.Address address) {
    String text = it.match().textIfAny("space");
    StateSpace stated = switch (text) {
      case "" -> StateSpace.GENERIC;
      case "shared::cta", "shared::cluster" -> StateSpace.SHARED;
      case "param::entry" -> StateSpace.PARAM;
      case "param", "param::func" -> parameterSpace(it, address.symbol());
      default -> StateSpace.valueOf(text.toUpperCase(Locale.ROOT));
    };
    if (address.symbol().isPresent() && stated != StateSpace.GENERIC
        && address.symbol().get().space() != stated) {
      MemorySymbol symbol = address.symbol().get();
      throw new Rejection("'" + symbol + "' is in ." + symbol.space().text() + " space, not in ." + stated.text());
    }
    if (address.symbol().isPresent() && stated == StateSpace.GENERIC) {
      return Space.of(address.symbol().get().space());
    }
    return Space.of(stated) + (address.isNarrow() ? Space.NARROW : 0);
  }

  private static StateSpace parameterSpace(Emission it, Optional<MemorySymbol> symbol) {
    if (symbol.isPresent()) {
      return symbol.get().space();
    }
    return it.function().frame().function().isEntry() ? StateSpace.PARAM : StateSpace.LOCAL;
  }

  private static List<Arg> tail(List<Arg> first, Emission.Address address, int space) {
    List<Arg> arguments = new ArrayList<>(first);
    arguments.add(address.base());
    arguments.add(Arg.number(address.displacement()));
    arguments.add(Arg.number(space));
    arguments.add(new Arg.Site());
    return arguments;
  }

  private static boolean isWatched(Emission it, int space) {
    return it.function().isWatched() && space != Space.PARAM;
  }

  private static void watch(
      Emission it, PtxType type, boolean isLong, List<Arg> registers, Emission.Address address, int space) {
    if (isWatched(it, space)) {
      it.function().point();
      List<Arg> values =
          List.of(
              new Arg.Registers(registers),
              Arg.number(type.bytes() * registers.size()),
              Arg.number(type.bytes()),
              Arg.number(isLong ? 1 : 0));
      it.step("Watch.write", tail(values, address, space));
    }
  }
}
