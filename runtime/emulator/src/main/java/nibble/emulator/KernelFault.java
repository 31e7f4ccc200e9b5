package nibble.emulator;

/** placeholder. */
public final class KernelFault extends MachineException {
  private static final long serialVersionUID = 1;

  public KernelFault(String message) {
    super(message);
  }
}
