package nibble.codegen.kernel;

/**
 * Something that the generator at hand can't do: the cause in one sentence. The backend adds the place in the source.
 */
public final class UnsupportedAccess extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UnsupportedAccess(String message) {
    super(message);
  }
}
