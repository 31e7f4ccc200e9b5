package nibble.engine.device.cuda;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;
import nibble.engine.device.HostBuffer;

/** Pinned memory of this process. */
final class CudaHostBuffer implements HostBuffer {
  private final CudaContext context;
  private final Pointer pointer;
  private final MemorySegment segment;
  private final Consumer<AutoCloseable> onClose;
  private boolean closed;

  private CudaHostBuffer(CudaContext context, Pointer pointer, long bytes, Consumer<AutoCloseable> onClose) {
    this.context = context;
    this.pointer = pointer;
    this.segment = MemorySegment.ofBuffer(pointer.getByteBuffer(0, bytes));
    this.onClose = onClose;
  }

  static CudaHostBuffer allocate(CudaContext context, long bytes, Consumer<AutoCloseable> onClose) {
    if (bytes < 1 || bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("a host buffer of " + bytes + " bytes");
    }
    Pointer pointer = new Pointer();
    context.call(
        "allocating " + bytes + " bytes of pinned memory",
        () -> JCudaDriver.cuMemHostAlloc(pointer, bytes, JCudaDriver.CU_MEMHOSTALLOC_PORTABLE));
    return new CudaHostBuffer(context, pointer, bytes, onClose);
  }

  @Override
  public MemorySegment segment() {
    if (closed) {
      throw new IllegalStateException("the host buffer was given back");
    }
    return segment;
  }

  Pointer at(long offset) {
    return pointer.withByteOffset(offset);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      onClose.accept(this);
      context.release("freeing pinned memory", () -> JCudaDriver.cuMemFreeHost(pointer));
    }
  }
}
