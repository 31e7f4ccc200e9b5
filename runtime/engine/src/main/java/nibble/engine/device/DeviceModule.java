package nibble.engine.device;

/** Loaded PTX. */
public interface DeviceModule extends AutoCloseable {
  String name();

  /** What the compiler had to say; may be empty. */
  String log();

  /**
   * A kernel by the name of its entry.
   *
   * @throws DeviceException where the module has none of that name
   */
  DeviceKernel kernel(String entry);

  @Override
  void close();
}
