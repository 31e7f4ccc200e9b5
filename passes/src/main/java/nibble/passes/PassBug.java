package nibble.passes;

/**
 * A pass that broke an invariant or failed: a bug of the pass, not of the user. Carries what is needed to see it again.
 */
public final class PassBug extends IllegalStateException {
  private static final long serialVersionUID = 1;
  private final String pass;
  private final String reproducer;

  /**
   * @param pass pipeline text of the pass
   * @param message what went wrong
   * @param reproducer the rest of the pipeline and the module that the pass was given, as a file's content
   */
  public PassBug(String pass, String message, String reproducer, Throwable cause) {
    super(message, cause);
    this.pass = pass;
    this.reproducer = reproducer;
  }

  /** Pipeline text of the pass. */
  public String pass() {
    return pass;
  }

  /** Content of a file that {@link Reproducer#parse} reads. */
  public String reproducer() {
    return reproducer;
  }
}
