package nibble.emulator.lower;

import java.util.List;
import java.util.Set;
import nibble.emulator.code.Site;

/**
 * A function whose names are resolved and whose instructions are calls of helpers.
 *
 * @param blocks those that can be reached, the entry first
 * @param callees the functions that it calls
 * @param symbols the shared and local variables that it mentions
 */
record LoweredFunction(
    Frame frame, List<LoweredBlock> blocks, List<Site> sites, Set<Frame> callees, List<MemorySymbol> symbols) {
  LoweredFunction {
    blocks = List.copyOf(blocks);
    sites = List.copyOf(sites);
    callees = Set.copyOf(callees);
    symbols = List.copyOf(symbols);
  }
}
