package nibble.emulator.execute;

/** A place where paths wait for others. */
interface Rendezvous {
  /** The path that arrived last is parked; if it was the one that the others waited for, all go on. */
  void complete();
}
