package nibble.emulator.check;

/** What those know who see phases of an mbarrier complete: all that happened before the arrivals of that phase. */
final class Phases {
  private Clock current = Clock.EMPTY;
  private final Clock[] complete = {Clock.EMPTY, Clock.EMPTY};

  /** Somebody arrives who knows something. */
  void arrive(Clock clock) {
    current = current.join(clock);
  }

  /** The phase of a parity is complete. */
  void complete(int parity) {
    complete[parity] = current;
    current = Clock.EMPTY;
  }

  /** What the arrivals of the last complete phase of a parity knew together. */
  Clock last(int parity) {
    return complete[parity];
  }
}
