package nibble.engine.device;

/** A piece of a device's global memory. */
public interface DeviceBuffer extends AutoCloseable {
  String name();

  /** Bytes. */
  long size();

  /** Where it lies in the device's address space. */
  long address();

  /** Gives the memory back. A second time does nothing. */
  @Override
  void close();

  /** Whether it was given back. */
  boolean isClosed();
}
