package nibble.engine.device.cuda;

import nibble.engine.device.DeviceBuffer;
import nibble.engine.device.MemoryPool;

/** A block of the pool. */
final class CudaBuffer implements DeviceBuffer {
  private final String name;
  private final long size;
  private final long address;
  private final MemoryPool pool;
  private boolean closed;

  CudaBuffer(String name, long size, long address, MemoryPool pool) {
    this.name = name;
    this.size = size;
    this.address = address;
    this.pool = pool;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long address() {
    return address;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      pool.free(address);
    }
  }

  @Override
  public synchronized boolean isClosed() {
    return closed;
  }
}
