package nibble.emulator.lower;

/** How the instructions of some forms become steps. */
@FunctionalInterface
interface Lowering {
  void lower(Emission it);
}
