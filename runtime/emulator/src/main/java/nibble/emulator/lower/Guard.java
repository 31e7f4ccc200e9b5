package nibble.emulator.lower;

/** The predicate under which an instruction executes. */
record Guard(VirtualRegister predicate, boolean negated) {}
