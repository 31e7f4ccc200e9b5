package nibble.engine.device;

/** A queue of work. Every method but {@link #synchronize} returns at once; the work is done in order, later. */
public interface DeviceStream extends AutoCloseable {
  /** Copies from this process to the device. */
  void copyIn(HostBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes);

  /** Copies from the device to this process; the bytes are there when the stream or a later event is synchronized. */
  void copyOut(DeviceBuffer from, long fromOffset, HostBuffer to, long toOffset, long bytes);

  /** Copies within the device. */
  void copy(DeviceBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes);

  /** Sets every byte of a range. */
  void fill(DeviceBuffer buffer, long offset, long bytes, byte value);

  void launch(Launch launch);

  /** Marks this place of the queue; what the event marked before is forgotten. */
  void record(DeviceEvent event);

  /** Holds back what follows until the place that the event marks is reached, in whatever stream it is. */
  void waitFor(DeviceEvent event);

  /** Waits until the stream's work is done. */
  void synchronize();

  @Override
  void close();
}
