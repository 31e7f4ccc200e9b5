package nibble.emulator.check;

/**
 * What those learn who see the value that was last stored at an address by strong accesses: the release patterns that
 * it belongs to (PTX ISA, "Release and Acquire Patterns"). Atomics carry on what the value before them told.
 */
final class SyncPlace {
  /** For threads of all blocks. */
  private Clock all = Clock.EMPTY;
  /** The block whose threads told this, or 0 for several. */
  private int allLife;
  /** For threads of one block. */
  private Clock inBlock = Clock.EMPTY;
  private int blockLife;

  /**
   * A thread has told what it knows.
   *
   * @param isAtomic whether what was told before stays
   */
  void tell(Clock clock, int life, boolean toAll, boolean isAtomic) {
    if (!isAtomic) {
      clear();
    }
    if (toAll) {
      allLife = all.isEmpty() || allLife == life ? life : 0;
      all = all.join(clock);
    } else {
      inBlock = blockLife == life ? inBlock.join(clock) : clock;
      blockLife = life;
    }
  }

  void clear() {
    all = Clock.EMPTY;
    inBlock = Clock.EMPTY;
  }

  /** What threads of a block learn by a fence of their block's scope: what the block's own threads told. */
  Clock nearby(int life) {
    Clock own = blockLife == life ? inBlock : Clock.EMPTY;
    return allLife == life ? own.join(all) : own;
  }

  /** What they learn by a fence of a wider scope. */
  Clock everything(int life) {
    return nearby(life).join(all);
  }
}
