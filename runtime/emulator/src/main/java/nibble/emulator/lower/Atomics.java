package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import nibble.emulator.model.Operand;
import nibble.emulator.model.PtxType;
import nibble.emulator.operation.AtomicFunction;
import nibble.emulator.report.Rejection;

/** {@code atom} and {@code red}, of one value or of a vector, element by element. */
final class Atomics {
  private Atomics() {}

  static void atom(Emission it) {
    lower(it, it.elements(it.operand(0)), it.operand(1), 2);
  }

  static void red(Emission it) {
    int count = it.elements(it.operand(1)).size();
    lower(it, Collections.nCopies(count, new Operand.Name("_")), it.operand(0), 1);
  }

  private static void lower(Emission it, List<? extends Operand> targets, Operand place, int firstSource) {
    PtxType type = PtxType.of(it.match().text("type")).orElseThrow();
    Emission.Address address = it.address(place);
    int space = Placement.space(address, it.match().text("space"));
    List<Operand> sources = it.elements(it.operand(firstSource));
    if (sources.size() != targets.size()) {
      throw new Rejection("'" + targets + "' and '" + sources + "' have different numbers of elements");
    }
    if (sources.size() > 1) {
      Arg bytes = Arg.number(sources.size() * type.bytes());
      Arg displacement = Arg.number(address.displacement());
      it.step("Atomics.align", bytes, address.base(), displacement, Arg.number(space), new Arg.Site());
    }
    boolean hasThird = it.match().text("op").equals("cas");
    for (int i = 0; i < sources.size(); i++) {
      Arg value = source(it, sources.get(i), type);
      Arg displacement = Arg.number(address.displacement() + i * type.bytes());
      Arg third = hasThird ? source(it, it.operand(firstSource + 1), type) : value;
      Arg target = it.write(targets.get(i), type.bits());
      List<Arg> tail = List.of(address.base(), displacement, Arg.number(space), new Arg.Site());
      if (it.function().isWatched()) {
        it.function().point();
        VirtualRegister old = it.temporary(Emission.typeOf(type.bits()));
        update(it, type, Arg.write(old), value, third, tail);
        watch(it, type, hasThird, Arg.read(old), value, tail);
        it.step(type.bits() == 64 ? "Moves.wide" : "Moves.word", target, Arg.read(old));
      } else {
        update(it, type, target, value, third, tail);
      }
    }
  }

  /** {@code atom.cas} and {@code atom.exch} of 128 bits. */
  static void wide(Emission it) {
    Emission.Address address = it.address(it.operand(1));
    Arg space = Arg.number(Placement.space(address, it.match().text("space")));
    Arg displacement = Arg.number(address.displacement());
    if (it.function().isWatched()) {
      it.function().point();
    }
    boolean compares = it.match().text("op").equals("cas");
    List<Arg> registers = new ArrayList<>();
    pair(it, it.operand(0), true, registers);
    pair(it, it.operand(2), false, registers);
    pair(it, it.operand(compares ? 3 : 2), false, registers);
    it.step(
        "Atomics.pair",
        new Arg.Registers(registers), Arg.number(compares ? 1 : 0), address.base(), displacement, space,
        new Arg.Site());
    if (it.function().isWatched()) {
      it.step("Watch.update", Arg.number(16), address.base(), displacement, space, new Arg.Site());
    }
  }

  private static void update(Emission it, PtxType type, Arg target, Arg value, Arg third, List<Arg> tail) {
    List<Arg> arguments = new ArrayList<>(List.of(target, value, third, Arg.number(function(it, type).ordinal())));
    arguments.addAll(tail);
    it.step("Atomics." + (type.bits() == 64 ? "wide" : type.bits() == 32 ? "word" : "half"), arguments);
  }

  /** Tells the observer, who must know what was there to say whether a comparison has written. */
  private static void watch(Emission it, PtxType type, boolean isComparison, Arg old, Arg wanted, List<Arg> tail) {
    List<Arg> arguments = new ArrayList<>(List.of(Arg.number(type.bytes())));
    if (isComparison) {
      arguments.addAll(List.of(old, wanted));
    }
    arguments.addAll(tail);
    it.step(isComparison ? "Watch.compared" : "Watch.update", arguments);
  }

  private static void pair(Emission it, Operand operand, boolean isWritten, List<Arg> registers) {
    boolean isSink = operand instanceof Operand.Name name && name.isSink();
    Symbol.Wide wide =
        isSink
            ? new Symbol.Wide(it.temporary(PtxType.B64), it.temporary(PtxType.B64))
            : Moves.wide(it, operand);
    registers.add(isWritten ? Arg.write(wide.low()) : Arg.read(wide.low()));
    registers.add(isWritten ? Arg.write(wide.high()) : Arg.read(wide.high()));
  }

  private static Arg source(Emission it, Operand operand, PtxType type) {
    return it.read(operand, type.bits());
  }

  private static AtomicFunction function(Emission it, PtxType type) {
    String size = type.bits() == 64 ? "64" : type.bits() == 32 ? "32" : "16";
    return switch (it.match().text("op")) {
      case "add" ->
          type.kind() == PtxType.Kind.FLOAT
              ? AtomicFunction.valueOf("ADD_" + type.name())
              : AtomicFunction.valueOf("ADD_B" + size);
      case "min", "max" -> AtomicFunction.valueOf(it.match().text("op").toUpperCase(Locale.ROOT) + "_" + type.name());
      case "and" -> AtomicFunction.AND;
      case "or" -> AtomicFunction.OR;
      case "xor" -> AtomicFunction.XOR;
      case "exch" -> AtomicFunction.EXCHANGE;
      case "cas" -> AtomicFunction.COMPARE;
      case "inc" -> AtomicFunction.INCREMENT;
      default -> AtomicFunction.DECREMENT;
    };
  }
}
