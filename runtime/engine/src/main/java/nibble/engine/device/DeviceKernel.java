package nibble.engine.device;

/**
 * A kernel of a loaded module. Good until the module is closed.
 */
public interface DeviceKernel {
  /** Its entry's name. */
  String name();

  KernelResources resources();
}
