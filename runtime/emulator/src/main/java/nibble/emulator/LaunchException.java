package nibble.emulator;

/** A launch that cannot be made: grid, block, shared memory or arguments do not fit the kernel or the machine. */
public final class LaunchException extends MachineException {
  private static final long serialVersionUID = 1;

  public LaunchException(String message) {
    super(message);
  }
}
