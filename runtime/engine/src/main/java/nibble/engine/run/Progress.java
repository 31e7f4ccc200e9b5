package nibble.engine.run;

/** Is told how far long work is. */
public interface Progress extends AutoCloseable {
  /** Nobody is told. */
  Progress NONE = new Progress() {
    @Override
    public void phase(String name) {
      // Nobody listens.
    }

    @Override
    public void step(int done, int of, String what) {
      // Nobody listens.
    }
  };

  /** A phase begins. */
  void phase(String name);

  /** Within a phase. */
  void step(int done, int of, String what);

  /** No phase goes on. */
  @Override
  default void close() {
    // What shows nothing leaves nothing behind.
  }
}
