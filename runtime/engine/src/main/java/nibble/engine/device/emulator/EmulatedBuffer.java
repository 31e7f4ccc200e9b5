package nibble.engine.device.emulator;

import java.util.function.Consumer;
import nibble.emulator.Allocation;
import nibble.engine.device.DeviceBuffer;

/** An allocation of the PTX machine. */
final class EmulatedBuffer implements DeviceBuffer {
  private final Allocation allocation;
  private final Consumer<Allocation> onClose;
  private boolean closed;

  EmulatedBuffer(Allocation allocation, Consumer<Allocation> onClose) {
    this.allocation = allocation;
    this.onClose = onClose;
  }

  Allocation allocation() {
    return allocation;
  }

  @Override
  public String name() {
    return allocation.name();
  }

  @Override
  public long size() {
    return allocation.size();
  }

  @Override
  public long address() {
    return allocation.address();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      onClose.accept(allocation);
    }
  }

  @Override
  public boolean isClosed() {
    return closed;
  }
}
