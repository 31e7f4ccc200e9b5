package nibble.emulator.lower;

import java.util.List;
import java.util.Optional;
import nibble.emulator.memory.Addresses;
import nibble.emulator.model.Operand;

/** {@code mapa}, and {@code clusterlaunchcontrol.query_cancel}, whose operand is a register of 128 bits. */
final class ClusterControl {
  private ClusterControl() {}

  /** {@code mapa d, address, rank}: the address is in a register, or that of a variable in shared memory. */
  static void map(Emission it) {
    int bits = it.match().text("type").equals("u64") ? 64 : 32;
    Operand operand = it.operand(1);
    Optional<Arg> variable = Moves.address(it, operand, bits);
    Arg address = variable.orElseGet(() -> it.read(operand, bits));
    if (variable.isPresent() && variable.get() instanceof Arg.SymbolAddress symbol && !it.match().has("space")) {
      // Without a space the result is a generic address.
      address = new Arg.SymbolAddress(symbol.symbol(), symbol.offset() + Addresses.SHARED, symbol.bank());
    }
    it.step(
        bits == 64 ? "Clusters.mapWide" : "Clusters.map",
        it.write(it.operand(0), bits), address, it.read(it.operand(2), 32), new Arg.Site());
  }

  /** {@code is_canceled p, response}. */
  static void isCanceled(Emission it) {
    Symbol.Wide response = Moves.wide(it, it.operand(1));
    it.step("Clusters.isCanceled", it.writePredicate(it.operand(0)), Arg.read(response.high()));
  }

  /** {@code get_first_ctaid {x, y, z, _}, response}, or one of them. */
  static void firstBlock(Emission it) {
    Symbol.Wide response = Moves.wide(it, it.operand(1));
    if (it.match().has("dim")) {
      step(it, it.operand(0), response, it.match().number("dim"));
      return;
    }
    List<Operand> targets = it.elements(it.operand(0));
    for (int i = 0; i < targets.size() && i < 3; i++) {
      step(it, targets.get(i), response, i + 1);
    }
  }

  private static void step(Emission it, Operand target, Symbol.Wide response, int dimension) {
    it.step("Clusters.firstBlock", it.write(target, 32), Arg.read(response.low()), Arg.number(dimension));
  }
}
