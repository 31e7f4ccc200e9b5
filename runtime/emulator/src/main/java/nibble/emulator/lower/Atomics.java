package nibble.emulator.lower;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nibble.emulator.memory.Space;
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
    int space = space(it, address);
    List<Operand> sources = it.elements(it.operand(firstSource));
    if (sources.size() != targets.size()) {
      throw new Rejection("'" + targets + "' and '" + sources + "' have different numbers of elements");
    }
    boolean hasThird = it.match().text("op").equals("cas");
    for (int i = 0; i < sources.size(); i++) {
      Arg value = source(it, sources.get(i), type);
      Arg displacement = Arg.number(address.displacement() + i * type.bytes());
      if (it.function().isWatched()) {
        it.step(
            "Watch.update",
            Arg.number(type.bytes()), address.base(), displacement, Arg.number(space), new Arg.Site());
      }
      Arg third = hasThird ? source(it, it.operand(firstSource + 1), type) : value;
      it.step(
          "Atomics." + (type.bits() == 64 ? "wide" : type.bits() == 32 ? "word" : "half"),
          it.write(targets.get(i), type.bits()),
          value,
          third,
          Arg.number(function(it, type).ordinal()),
          address.base(),
          displacement,
          Arg.number(space),
          new Arg.Site());
    }
  }

  private static Arg source(Emission it, Operand operand, PtxType type) {
    return it.read(operand, type.bits());
  }

  private static int space(Emission it, Emission.Address address) {
    int stated =
        switch (it.match().text("space")) {
          case "global" -> Space.GLOBAL;
          case "" -> Space.GENERIC;
          default -> Space.SHARED;
        };
    Optional<MemorySymbol> symbol = address.symbol();
    if (symbol.isPresent()) {
      return Space.of(symbol.get().space());
    }
    return stated + (address.isNarrow() ? Space.NARROW : 0);
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
