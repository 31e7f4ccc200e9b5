package nibble.engine.device;

/** A place in a stream. */
public interface DeviceEvent extends AutoCloseable {
  /** Whether the place was reached. */
  boolean isReached();

  /** Waits until the place is reached. */
  void synchronize();

  /** Milliseconds between two places that were reached. */
  double millisecondsSince(DeviceEvent earlier);

  @Override
  void close();
}
