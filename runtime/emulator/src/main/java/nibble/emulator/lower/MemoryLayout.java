package nibble.emulator.lower;

import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import nibble.emulator.memory.Placed;
import nibble.emulator.model.StateSpace;

/** Where a kernel's shared and local variables are. */
final class MemoryLayout {
  private static final int DYNAMIC_ALIGNMENT = 16;
  private static final int MOST = 1 << 30;

  private final Map<MemorySymbol, Long> addresses = new IdentityHashMap<>();
  private final int sharedBytes;
  private final int dynamicBase;
  private final int localBytes;

  /** Lays out the variables of a kernel's functions. All dynamic arrays start at one address. */
  MemoryLayout(List<LoweredFunction> functions) {
    long shared = 0;
    long local = 0;
    int alignment = 1;
    for (LoweredFunction function : functions) {
      for (MemorySymbol symbol : function.symbols()) {
        if (symbol.isDynamic()) {
          alignment = Math.max(alignment, symbol.variable().align());
        } else if (!addresses.containsKey(symbol)) {
          switch (symbol.space()) {
            case SHARED -> shared = place(symbol, shared);
            case LOCAL -> local = place(symbol, local);
            default -> addresses.put(symbol, symbol.address());
          }
        }
      }
    }
    // More than there can be is refused at the launch.
    sharedBytes = (int) Math.min(shared, MOST);
    boolean isDynamic = functions.stream().flatMap(it -> it.symbols().stream()).anyMatch(MemorySymbol::isDynamic);
    int align = Math.max(alignment, DYNAMIC_ALIGNMENT);
    dynamicBase = isDynamic ? (sharedBytes + align - 1) / align * align : sharedBytes;
    localBytes = (int) Math.min((local + 15) / 16 * 16, MOST);
  }

  private long place(MemorySymbol symbol, long end) {
    long align = symbol.variable().align();
    long address = (end + align - 1) / align * align;
    addresses.put(symbol, address);
    return address + symbol.variable().bytes();
  }

  /** Address in the variable's space. */
  long address(MemorySymbol symbol) {
    if (symbol.isDynamic()) {
      return dynamicBase;
    }
    boolean isFixed = symbol.space() != StateSpace.SHARED && symbol.space() != StateSpace.LOCAL;
    return isFixed ? symbol.address() : addresses.get(symbol);
  }

  /** The shared variables, dynamic arrays apart, by their offsets. */
  List<Placed> sharedVariables() {
    return addresses.entrySet().stream()
        .filter(it -> it.getKey().space() == StateSpace.SHARED)
        .map(it -> new Placed(it.getKey().variable().name(), it.getValue(), it.getKey().variable().bytes()))
        .sorted(Comparator.comparingLong(Placed::offset))
        .toList();
  }

  int sharedBytes() {
    return sharedBytes;
  }

  int dynamicBase() {
    return dynamicBase;
  }

  int localBytes() {
    return localBytes;
  }
}
