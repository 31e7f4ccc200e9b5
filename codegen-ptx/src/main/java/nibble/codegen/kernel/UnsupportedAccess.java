package nibble.codegen.kernel;

/** Something that the generator at hand can't do; the backend reports it with the place in the source. */
final class UnsupportedAccess extends RuntimeException {
  private static final long serialVersionUID = 1;

  UnsupportedAccess(String message) {
    super(message);
  }
}
