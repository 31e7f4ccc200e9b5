package nibble.engine.device;

/** The device that a request led to, and why; {@code nibble run} says so. */
public sealed interface ChosenDevice extends AutoCloseable {
  /** {@code cuda:0}, {@code emulator}, {@code interpreter}. */
  String name();

  /** Which device and why, a sentence without a full stop. */
  String reason();

  @Override
  void close();

  /** A device that runs kernels. */
  record Kernels(Device device, String reason) implements ChosenDevice {
    @Override
    public String name() {
      return device.info().name();
    }

    @Override
    public void close() {
      device.close();
    }
  }

  /** The reference interpreter. */
  record Interpreted(String reason) implements ChosenDevice {
    @Override
    public String name() {
      return "interpreter";
    }

    @Override
    public void close() {
      // It holds nothing.
    }
  }
}
