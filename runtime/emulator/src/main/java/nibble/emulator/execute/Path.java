package nibble.emulator.execute;

/** Lanes of a warp that execute together. */
final class Path {
  /** Who waits for these lanes; the root of the tree waits for the whole warp. */
  final Path parent;

  /** Whether this is the body of a called function, which lanes leave by returning. */
  final boolean isFrame;

  /** Lanes that have not left. */
  int mask;

  /** Where the path goes on when it runs again. */
  int block;

  /** The block at which these lanes wait for their siblings. */
  final int join;

  /** Basic blocks that it has executed since lanes were last let go that wait for it. */
  long spent;

  /** Children that are still under way; while there are any, this path waits for them at {@link #block}. */
  int children;

  Path(Path parent, int mask, int block, int join, boolean isFrame) {
    this.parent = parent;
    this.mask = mask;
    this.block = block;
    this.join = join;
    this.isFrame = isFrame;
  }
}
