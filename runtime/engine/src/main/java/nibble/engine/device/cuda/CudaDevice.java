package nibble.engine.device.cuda;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashSet;
import java.util.Set;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import nibble.engine.device.Device;
import nibble.engine.device.DeviceBuffer;
import nibble.engine.device.DeviceEvent;
import nibble.engine.device.DeviceInfo;
import nibble.engine.device.DeviceModule;
import nibble.engine.device.DeviceStream;
import nibble.engine.device.HostBuffer;
import nibble.engine.device.KernelArgument;
import nibble.engine.device.MemoryInfo;
import nibble.engine.device.MemoryPool;
import nibble.engine.device.MemoryStatistics;
import nibble.engine.device.TensorView;

/** A GPU. Memory comes from a pool that takes slabs of 64 MiB at least. */
final class CudaDevice implements Device {
  private static final long SLAB_BYTES = 64L << 20;

  private final DeviceInfo info;
  private final CudaContext context;
  private final MemoryPool pool;
  private final Set<AutoCloseable> open = new LinkedHashSet<>();
  private boolean closed;

  private CudaDevice(DeviceInfo info, CudaContext context) {
    this.info = info;
    this.context = context;
    this.pool = new MemoryPool(new CudaMemory(context), SLAB_BYTES);
  }

  static CudaDevice open(int index) {
    CUdevice device = new CUdevice();
    int code = JCudaDriver.cuDeviceGet(device, index);
    if (code != CUresult.CUDA_SUCCESS) {
      throw new CudaException(code, "opening cuda:" + index);
    }
    DeviceInfo info = CudaAttributes.read(device, index);
    return new CudaDevice(info, CudaContext.retain(device, info.name()));
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public MemoryInfo memory() {
    long[] free = new long[1];
    long[] total = new long[1];
    context.call("asking for free memory", () -> JCudaDriver.cuMemGetInfo(free, total));
    return new MemoryInfo(free[0], total[0]);
  }

  @Override
  public DeviceBuffer allocate(String name, long bytes) {
    return new CudaBuffer(name, bytes, pool.allocate(name, bytes), pool);
  }

  @Override
  public HostBuffer allocateHost(long bytes) {
    return keep(CudaHostBuffer.allocate(context, bytes, this::forget));
  }

  @Override
  public DeviceModule load(String name, String ptx) {
    return keep(CudaModule.load(context, name, ptx, this::forget));
  }

  @Override
  public KernelArgument.TensorMap tensorMap(TensorView view) {
    return new KernelArgument.TensorMap(TensorMapEncoder.ofDriver().encode(view));
  }

  @Override
  public DeviceStream stream() {
    return keep(CudaStream.create(context, info, this::forget));
  }

  @Override
  public DeviceEvent event() {
    return keep(CudaEvent.create(context, this::forget));
  }

  @Override
  public void synchronize() {
    context.call("waiting for " + info.name(), JCudaDriver::cuCtxSynchronize);
  }

  @Override
  public MemoryStatistics statistics() {
    return pool.statistics();
  }

  /** What is open is closed in the reverse order of its making: streams and events before the modules that they run. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    ImmutableList.Builder<Runnable> steps = ImmutableList.builder();
    steps.add(() -> context.release("waiting for " + info.name(), JCudaDriver::cuCtxSynchronize));
    snapshot().reverse().forEach(resource -> steps.add(() -> closeUnchecked(resource)));
    steps.add(pool::close, () -> context.releaseContext(info.name()));
    runAll(steps.build());
  }

  // A step that fails keeps no other from being done; the first failure is told.
  private static void runAll(ImmutableList<Runnable> steps) {
    RuntimeException first = null;
    for (Runnable step : steps) {
      try {
        step.run();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  // The interfaces of devices throw nothing checked when closed.
  private static void closeUnchecked(AutoCloseable resource) {
    try {
      resource.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private synchronized <T extends AutoCloseable> T keep(T resource) {
    open.add(resource);
    return resource;
  }

  private synchronized void forget(AutoCloseable resource) {
    open.remove(resource);
  }

  private synchronized ImmutableList<AutoCloseable> snapshot() {
    return ImmutableList.copyOf(open);
  }
}
