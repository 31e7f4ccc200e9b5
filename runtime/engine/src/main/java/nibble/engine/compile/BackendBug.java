package nibble.engine.compile;

/** The backend failed at a module that passed every check: a bug of ours. Carries the module. */
public final class BackendBug extends IllegalStateException {
  private static final long serialVersionUID = 1;
  private final String reproducer;

  BackendBug(String message, String reproducer, Throwable cause) {
    super(message, cause);
    this.reproducer = reproducer;
  }

  /** The content of a file that {@code nibble compile} takes as a model. */
  public String reproducer() {
    return reproducer;
  }
}
