package nibble.engine.device.cuda;

import java.util.function.Consumer;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import nibble.engine.device.DeviceEvent;

/** An event with a time. */
final class CudaEvent implements DeviceEvent {
  private final CudaContext context;
  private final CUevent event;
  private final Consumer<AutoCloseable> onClose;
  private boolean closed;

  private CudaEvent(CudaContext context, CUevent event, Consumer<AutoCloseable> onClose) {
    this.context = context;
    this.event = event;
    this.onClose = onClose;
  }

  static CudaEvent create(CudaContext context, Consumer<AutoCloseable> onClose) {
    CUevent event = new CUevent();
    context.call("making an event", () -> JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DEFAULT));
    return new CudaEvent(context, event, onClose);
  }

  void record(CUstream stream) {
    context.call("recording an event", () -> JCudaDriver.cuEventRecord(event, stream));
  }

  void holdBack(CUstream stream) {
    context.call("making a stream wait", () -> JCudaDriver.cuStreamWaitEvent(stream, event, 0));
  }

  @Override
  public boolean isReached() {
    int code = context.attempt(() -> JCudaDriver.cuEventQuery(event));
    if (code == CUresult.CUDA_SUCCESS || code == CUresult.CUDA_ERROR_NOT_READY) {
      return code == CUresult.CUDA_SUCCESS;
    }
    throw context.failure(code, "asking for an event");
  }

  @Override
  public void synchronize() {
    context.call("waiting for an event", () -> JCudaDriver.cuEventSynchronize(event));
  }

  @Override
  public double millisecondsSince(DeviceEvent earlier) {
    float[] milliseconds = new float[1];
    context.call(
        "reading the time between events",
        () -> JCudaDriver.cuEventElapsedTime(milliseconds, ((CudaEvent) earlier).event, event));
    return milliseconds[0];
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      onClose.accept(this);
      context.release("closing an event", () -> JCudaDriver.cuEventDestroy(event));
    }
  }
}
