package nibble.engine.device;

/**
 * A device that runs kernels. Calls may come from any thread, one at a time. Every method may throw {@link
 * DeviceException}. A fault of a kernel shows in a later call, at the latest when something is synchronized; the device
 * is then good for nothing but {@link #close}.
 */
public interface Device extends AutoCloseable {
  DeviceInfo info();

  /** Global memory now. */
  MemoryInfo memory();

  /**
   * Global memory, not initialised, aligned to 256 bytes. Closing a buffer gives its memory to the next that asks, so
   * no work that uses it may then be under way.
   *
   * @param name for messages and reports
   */
  DeviceBuffer allocate(String name, long bytes);

  /** Memory of this process that asynchronous copies can reach (pinned, where the device asks for that). */
  HostBuffer allocateHost(long bytes);

  /**
   * Compiles and loads PTX.
   *
   * @param name for messages
   * @throws DeviceException with the compiler's log, where the device refuses it
   */
  DeviceModule load(String name, String ptx);

  /**
   * Encodes a tensor map.
   *
   * @throws DeviceException where the device has none, or refuses this one
   */
  KernelArgument.TensorMap tensorMap(TensorView view);

  /** A new stream: its work runs in order, and beside that of other streams. */
  DeviceStream stream();

  DeviceEvent event();

  /** Waits until all work is done. */
  void synchronize();

  /** What was allocated and how well it is used. */
  MemoryStatistics statistics();

  /** Waits for the work under way and frees whatever is still open. */
  @Override
  void close();
}
