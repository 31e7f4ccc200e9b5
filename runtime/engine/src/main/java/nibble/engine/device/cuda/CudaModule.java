package nibble.engine.device.cuda;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;
import nibble.engine.device.DeviceException;
import nibble.engine.device.DeviceKernel;
import nibble.engine.device.DeviceModule;

/** PTX that the driver has compiled. */
final class CudaModule implements DeviceModule {
  private static final int LOG_BYTES = 1 << 16;

  private final CudaContext context;
  private final String name;
  private final CUmodule module;
  private final String log;
  private final Consumer<AutoCloseable> onClose;
  private boolean closed;

  private CudaModule(CudaContext context, String name, CUmodule module, String log, Consumer<AutoCloseable> onClose) {
    this.context = context;
    this.name = name;
    this.module = module;
    this.log = log;
    this.onClose = onClose;
  }

  static CudaModule load(CudaContext context, String name, String ptx, Consumer<AutoCloseable> onClose) {
    // The driver takes the source up to a NUL.
    byte[] source = (ptx + "\0").getBytes(StandardCharsets.UTF_8);
    byte[] info = new byte[LOG_BYTES];
    byte[] errors = new byte[LOG_BYTES];
    JITOptions options = new JITOptions();
    options.putBytes(CUjit_option.CU_JIT_INFO_LOG_BUFFER, info);
    options.putInt(CUjit_option.CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
    options.putBytes(CUjit_option.CU_JIT_ERROR_LOG_BUFFER, errors);
    options.putInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
    options.putInt(CUjit_option.CU_JIT_LOG_VERBOSE, 1);
    options.putInt(CUjit_option.CU_JIT_GENERATE_LINE_INFO, 1);
    CUmodule module = new CUmodule();
    int code = context.attempt(() -> JCudaDriver.cuModuleLoadDataJIT(module, Pointer.to(source), options));
    if (code != CUresult.CUDA_SUCCESS) {
      throw new CudaException(code, "compiling the PTX of " + name, text(errors));
    }
    return new CudaModule(context, name, module, text(info), onClose);
  }

  private static String text(byte[] log) {
    int end = 0;
    while (end < log.length && log[end] != 0) {
      end++;
    }
    return new String(log, 0, end, StandardCharsets.UTF_8).strip();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String log() {
    return log;
  }

  @Override
  public DeviceKernel kernel(String entry) {
    if (closed) {
      throw new IllegalStateException("the module " + name + " was unloaded");
    }
    CUfunction function = new CUfunction();
    int code = context.attempt(() -> JCudaDriver.cuModuleGetFunction(function, module, entry));
    if (code == CUresult.CUDA_ERROR_NOT_FOUND) {
      throw new DeviceException("the module " + name + " has no kernel '" + entry + "'");
    }
    if (code != CUresult.CUDA_SUCCESS) {
      throw context.failure(code, "looking for the kernel " + entry);
    }
    return CudaKernel.of(context, entry, function);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      onClose.accept(this);
      context.release("unloading " + name, () -> JCudaDriver.cuModuleUnload(module));
    }
  }
}
