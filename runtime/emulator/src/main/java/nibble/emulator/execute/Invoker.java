package nibble.emulator.execute;

/** Calls a helper with operands from an array. */
@FunctionalInterface
public interface Invoker {
  void call(Warp warp, int mask, int[] operands);
}
