package nibble.engine.device.cuda;

import java.util.HashMap;
import java.util.Map;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
import nibble.engine.device.MemoryPool;

/** Slabs of a GPU's memory from the driver. */
final class CudaMemory implements MemoryPool.Source {
  private final CudaContext context;
  private final Map<Long, CUdeviceptr> taken = new HashMap<>();

  CudaMemory(CudaContext context) {
    this.context = context;
  }

  @Override
  public long take(long bytes) {
    DevicePointer pointer = new DevicePointer();
    context.call("allocating " + bytes + " bytes of GPU memory", () -> JCudaDriver.cuMemAlloc(pointer, bytes));
    taken.put(pointer.address(), pointer);
    return pointer.address();
  }

  @Override
  public void giveBack(long address) {
    CUdeviceptr pointer = taken.remove(address);
    context.release("freeing GPU memory", () -> JCudaDriver.cuMemFree(pointer));
  }
}
