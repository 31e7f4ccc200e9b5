package nibble.engine.device.cuda;

import java.util.function.Consumer;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import nibble.engine.device.DeviceBuffer;
import nibble.engine.device.DeviceEvent;
import nibble.engine.device.DeviceInfo;
import nibble.engine.device.DeviceStream;
import nibble.engine.device.HostBuffer;
import nibble.engine.device.KernelArgument;
import nibble.engine.device.Launch;
import nibble.engine.device.Ranges;

/** A stream that does not wait for the default stream. */
final class CudaStream implements DeviceStream {
  private final CudaContext context;
  private final DeviceInfo device;
  private final CUstream stream;
  private final Consumer<AutoCloseable> onClose;
  private boolean closed;

  private CudaStream(CudaContext context, DeviceInfo device, CUstream stream, Consumer<AutoCloseable> onClose) {
    this.context = context;
    this.device = device;
    this.stream = stream;
    this.onClose = onClose;
  }

  static CudaStream create(CudaContext context, DeviceInfo device, Consumer<AutoCloseable> onClose) {
    CUstream stream = new CUstream();
    context.call(
        "making a stream", () -> JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
    return new CudaStream(context, device, stream, onClose);
  }

  @Override
  public void copyIn(HostBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes) {
    Ranges.require(from, fromOffset, bytes);
    Ranges.require(to, toOffset, bytes);
    Pointer source = ((CudaHostBuffer) from).at(fromOffset);
    context.call(
        "copying " + bytes + " bytes to " + to.name(),
        () -> JCudaDriver.cuMemcpyHtoDAsync(DevicePointer.to(to.address() + toOffset), source, bytes, stream));
  }

  @Override
  public void copyOut(DeviceBuffer from, long fromOffset, HostBuffer to, long toOffset, long bytes) {
    Ranges.require(from, fromOffset, bytes);
    Ranges.require(to, toOffset, bytes);
    Pointer target = ((CudaHostBuffer) to).at(toOffset);
    context.call(
        "copying " + bytes + " bytes from " + from.name(),
        () -> JCudaDriver.cuMemcpyDtoHAsync(target, DevicePointer.to(from.address() + fromOffset), bytes, stream));
  }

  @Override
  public void copy(DeviceBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes) {
    Ranges.require(from, fromOffset, bytes);
    Ranges.require(to, toOffset, bytes);
    context.call(
        "copying " + bytes + " bytes from " + from.name() + " to " + to.name(),
        () -> JCudaDriver.cuMemcpyDtoDAsync(
            DevicePointer.to(to.address() + toOffset), DevicePointer.to(from.address() + fromOffset), bytes, stream));
  }

  @Override
  public void fill(DeviceBuffer buffer, long offset, long bytes, byte value) {
    Ranges.require(buffer, offset, bytes);
    context.call(
        "filling " + buffer.name(),
        () -> JCudaDriver.cuMemsetD8Async(DevicePointer.to(buffer.address() + offset), value, bytes, stream));
  }

  @Override
  public void launch(Launch launch) {
    launch.requireFits(device);
    CudaKernel kernel = (CudaKernel) launch.kernel();
    kernel.allowDynamicShared(launch.dynamicSharedBytes());
    Pointer parameters = Pointer.to(launch.arguments().stream()
        .map(KernelArgument::bytes)
        .map(Pointer::to)
        .toArray(NativePointerObject[]::new));
    context.call(
        "launching " + kernel.name() + " with grid " + launch.grid() + " and block " + launch.block(),
        () -> JCudaDriver.cuLaunchKernel(
            kernel.function(),
            launch.grid().x(), launch.grid().y(), launch.grid().z(),
            launch.block().x(), launch.block().y(), launch.block().z(),
            launch.dynamicSharedBytes(), stream, parameters, null));
  }

  @Override
  public void record(DeviceEvent event) {
    ((CudaEvent) event).record(stream);
  }

  @Override
  public void waitFor(DeviceEvent event) {
    ((CudaEvent) event).holdBack(stream);
  }

  @Override
  public void synchronize() {
    context.call("waiting for a stream", () -> JCudaDriver.cuStreamSynchronize(stream));
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      onClose.accept(this);
      context.release("closing a stream", () -> JCudaDriver.cuStreamDestroy(stream));
    }
  }
}
