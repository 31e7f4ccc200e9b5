package nibble.engine.device;

/** Checks of copies, the same for every device. */
public final class Ranges {
  private Ranges() {}

  /**
   * Checks a range of a device's buffer.
   *
   * @throws IllegalArgumentException where it is not inside
   * @throws IllegalStateException where the buffer was given back
   */
  public static void require(DeviceBuffer buffer, long offset, long bytes) {
    if (buffer.isClosed()) {
      throw new IllegalStateException("the buffer " + buffer.name() + " was given back");
    }
    require(buffer.name(), buffer.size(), offset, bytes);
  }

  /** Checks a range of this process's buffer. */
  public static void require(HostBuffer buffer, long offset, long bytes) {
    require("the host buffer", buffer.size(), offset, bytes);
  }

  private static void require(String name, long size, long offset, long bytes) {
    if (offset < 0 || bytes < 0 || bytes > size || offset > size - bytes) {
      throw new IllegalArgumentException(bytes + " bytes at " + offset + " are not inside " + name + " of " + size);
    }
  }
}
