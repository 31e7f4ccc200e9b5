package nibble.emulator.check;

import java.util.List;

/**
 * What an instruction says of order, by its modifiers.
 *
 * @param isStrong whether it is an atomic, or volatile, relaxed, acquire or release
 * @param acquires whether what the value tells is known from here on
 * @param releases whether what the thread has done so far is told
 * @param isWide whether all blocks are meant, not only the thread's own
 * @param isAsync whether shared memory is read and written by the async proxy; of a fence, whether it is between the
 *     proxies
 */
record MemoryOrder(boolean isStrong, boolean acquires, boolean releases, boolean isWide, boolean isAsync) {
  private static final MemoryOrder WEAK = new MemoryOrder(false, false, false, false, false);
  private static final MemoryOrder ASYNC = new MemoryOrder(false, false, false, false, true);
  private static final MemoryOrder ASYNC_REDUCTION = new MemoryOrder(false, false, false, true, true);

  /** Its release alone. */
  MemoryOrder release() {
    return new MemoryOrder(isStrong, false, releases, isWide, isAsync);
  }

  /** Whether an instruction of that dotted name is by the async proxy, or a fence between the proxies. */
  static boolean isAsync(String opcode) {
    boolean mayBe = opcode.startsWith("wgmma.") || opcode.startsWith("cp.") || opcode.startsWith("fence.proxy.async");
    return mayBe && of(opcode).isAsync();
  }

  /** Of an instruction's dotted name. */
  static MemoryOrder of(String opcode) {
    List<String> parts = List.of(opcode.split("\\."));
    boolean isWide = !parts.contains("cta") && !parts.contains("cluster");
    return switch (parts.get(0)) {
      case "membar" -> new MemoryOrder(true, true, true, isWide, false);
      case "fence" -> {
        boolean isProxy = parts.contains("proxy");
        yield new MemoryOrder(
            !isProxy, !isProxy && !parts.contains("release"), !isProxy && !parts.contains("acquire"), isWide,
            opcode.startsWith("fence.proxy.async") && !parts.contains("global"));
      }
      // Arrivals and waits order, too, but by phases.
      case "mbarrier" ->
          parts.get(1).equals("init") || parts.get(1).equals("inval")
              ? WEAK
              : new MemoryOrder(true, false, false, false, false);
      case "wgmma" -> ASYNC;
      case "cp" -> !parts.contains("bulk") ? WEAK : parts.contains("reduce") ? ASYNC_REDUCTION : ASYNC;
      case "atom", "red" ->
          new MemoryOrder(
              true,
              parts.contains("acquire") || parts.contains("acq_rel"),
              parts.contains("release") || parts.contains("acq_rel"),
              isWide, false);
      default -> {
        boolean isStrong =
            parts.contains("volatile") || parts.contains("relaxed") || parts.contains("acquire")
                || parts.contains("release") || parts.contains("mmio");
        yield isStrong
            ? new MemoryOrder(true, parts.contains("acquire"), parts.contains("release"), isWide, false)
            : WEAK;
      }
    };
  }
}
