package nibble.engine.device.cuda;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * The primary context of a GPU. The driver keeps the current context by thread, so it is set before every call.
 *
 * @param device the GPU
 * @param context its primary context
 * @param lost whether an error has made it useless
 */
record CudaContext(CUdevice device, CUcontext context, AtomicBoolean lost) {
  static CudaContext retain(CUdevice device, String name) {
    CUcontext context = new CUcontext();
    int code = JCudaDriver.cuDevicePrimaryCtxRetain(context, device);
    if (code != CUresult.CUDA_SUCCESS) {
      throw new CudaException(code, "making a context on " + name);
    }
    return new CudaContext(device, context, new AtomicBoolean());
  }

  /**
   * Calls the driver.
   *
   * @param doing what for: {@code copying 12 bytes to x}
   * @throws CudaException where it answers with an error
   */
  void call(String doing, IntSupplier function) {
    int code = attempt(function);
    if (code != CUresult.CUDA_SUCCESS) {
      throw failure(code, doing);
    }
  }

  /** Calls the driver and leaves the answer to the caller. */
  int attempt(IntSupplier function) {
    int code = JCudaDriver.cuCtxSetCurrent(context);
    return code == CUresult.CUDA_SUCCESS ? function.getAsInt() : code;
  }

  /** The exception for an answer; remembers where the context is lost by it. */
  CudaException failure(int code, String doing) {
    CudaException failure = new CudaException(code, doing);
    if (failure.isLasting()) {
      lost.set(true);
    }
    return failure;
  }

  /**
   * Calls the driver to free something: a lost context answers with the error that it was lost by, which was told
   * before.
   */
  void release(String doing, IntSupplier function) {
    int code = attempt(function);
    if (code != CUresult.CUDA_SUCCESS && !lost.get()) {
      throw failure(code, doing);
    }
  }

  void releaseContext(String name) {
    int code = JCudaDriver.cuDevicePrimaryCtxRelease(device);
    if (code != CUresult.CUDA_SUCCESS && !lost.get()) {
      throw new CudaException(code, "releasing the context of " + name);
    }
  }
}
