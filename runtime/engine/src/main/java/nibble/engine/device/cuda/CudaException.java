package nibble.engine.device.cuda;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import jcuda.driver.CUresult;
import nibble.engine.device.DeviceException;

/** The CUDA driver refused something. */
public final class CudaException extends DeviceException {
  private static final long serialVersionUID = 1;

  // After these the context answers every call with the same error (CUDA Driver API, "CUresult").
  private static final ImmutableSet<Integer> LASTING = ImmutableSet.of(
      CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
      CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
      CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
      CUresult.CUDA_ERROR_ASSERT,
      CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
      CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
      CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
      CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
      CUresult.CUDA_ERROR_INVALID_PC,
      CUresult.CUDA_ERROR_LAUNCH_FAILED,
      CUresult.CUDA_ERROR_DEINITIALIZED);

  private static final String EMULATE = "run the same on the PTX machine, which names the access: --device emulator";

  private static final ImmutableMap<Integer, String> HINTS = ImmutableMap.of(
      CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "the driver is older than this PTX: update it",
      CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU, "the PTX was made for another GPU: compile for the target of this one",
      CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, EMULATE,
      CUresult.CUDA_ERROR_MISALIGNED_ADDRESS, EMULATE,
      CUresult.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, "the block needs more registers than there are: use fewer threads");

  private final int code;

  CudaException(int code, String doing) {
    super(nameOf(code) + " while " + doing, Optional.ofNullable(HINTS.get(code)));
    this.code = code;
  }

  CudaException(int code, String doing, String log) {
    super(
        nameOf(code) + " while " + doing + (log.isEmpty() ? "" : ":\n" + log.indent(2).stripTrailing()),
        Optional.ofNullable(HINTS.get(code)));
    this.code = code;
  }

  /** The driver's number for it, a {@code CUresult}. */
  public int code() {
    return code;
  }

  /** Whether the context is good for nothing after it. */
  boolean isLasting() {
    return LASTING.contains(code);
  }

  static String nameOf(int code) {
    return CUresult.stringFor(code);
  }
}
