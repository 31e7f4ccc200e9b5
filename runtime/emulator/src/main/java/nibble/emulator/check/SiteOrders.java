package nibble.emulator.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.emulator.code.Code;
import nibble.emulator.code.Site;

/** What the instructions of a kernel say of order, by the numbers of their sites. The same for all launches of it. */
public final class SiteOrders {
  private final MemoryOrder[] orders;
  private final boolean[] relaxed;
  private final boolean hasAsync;
  private final boolean hasCopies;

  private SiteOrders(MemoryOrder[] orders, boolean[] relaxed, boolean hasAsync, boolean hasCopies) {
    this.orders = orders;
    this.relaxed = relaxed;
    this.hasAsync = hasAsync;
    this.hasCopies = hasCopies;
  }

  /** Those of a kernel. */
  public static SiteOrders of(Code code) {
    List<String> opcodes = code.sites().stream().map(Site::opcode).toList();
    Map<String, MemoryOrder> known = new HashMap<>();
    MemoryOrder[] orders = new MemoryOrder[opcodes.size()];
    boolean[] relaxed = new boolean[orders.length];
    for (int site = 0; site < orders.length; site++) {
      orders[site] = known.computeIfAbsent(opcodes.get(site), MemoryOrder::of);
      relaxed[site] = opcodes.get(site).contains(".relaxed");
    }
    return new SiteOrders(
        orders,
        relaxed,
        known.keySet().stream().anyMatch(MemoryOrder::isAsync),
        known.keySet().stream().anyMatch(it -> it.contains(".async.bulk") || it.startsWith("red.async")));
  }

  MemoryOrder at(int site) {
    return orders[site];
  }

  /** Whether an arrival or a wait orders nothing. */
  boolean isRelaxed(int site) {
    return relaxed[site];
  }

  /** Whether an instruction uses the async proxy. */
  boolean hasAsync() {
    return hasAsync;
  }

  /** Whether an instruction is a bulk copy or reduction, or an asynchronous reduction. */
  boolean hasCopies() {
    return hasCopies;
  }
}
