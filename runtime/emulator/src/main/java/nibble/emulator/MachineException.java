package nibble.emulator;

/**
 * What the machine tells its user: the PTX is wrong, the launch is wrong, or the kernel did something it must not. The
 * message is complete; nobody needs the stack trace to understand it.
 */
public abstract sealed class MachineException extends RuntimeException
    permits PtxException, LaunchException, KernelFault {
  MachineException(String message) {
    super(message);
  }
}
