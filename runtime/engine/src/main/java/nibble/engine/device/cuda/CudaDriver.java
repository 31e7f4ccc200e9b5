package nibble.engine.device.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import nibble.engine.device.Device;
import nibble.engine.device.DeviceException;
import nibble.engine.device.DeviceProvider;

/**
 * The CUDA driver, where the machine has one.
 *
 * @param absence why no GPU can be used, with what was looked for
 * @param count GPUs
 */
public record CudaDriver(Optional<String> absence, int count) implements DeviceProvider {
  static final String LIBRARY = "libcuda.so.1";

  /** Looks for the driver and its GPUs. Loads nothing of JCuda where there is no driver. */
  public static CudaDriver find() {
    Optional<String> missing = missingLibrary();
    if (missing.isPresent()) {
      return new CudaDriver(missing, 0);
    }
    try {
      return initialise();
    } catch (LinkageError e) {
      // JCuda's message holds whole stack traces.
      return absent("JCuda's native library can't be loaded: " + e.getMessage().lines().findFirst().orElse(""));
    }
  }

  @SuppressWarnings("restricted")
  private static Optional<String> missingLibrary() {
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup.libraryLookup(LIBRARY, arena);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      String path = System.getenv("LD_LIBRARY_PATH");
      return Optional.of(
          "NVIDIA's driver library " + LIBRARY + " was looked for in the system's library folders and in "
              + "LD_LIBRARY_PATH ("
              + (path == null || path.isEmpty() ? "not set" : path) + "), and not found");
    }
  }

  private static CudaDriver initialise() {
    int code = JCudaDriver.cuInit(0);
    if (code != CUresult.CUDA_SUCCESS) {
      return absent(LIBRARY + " was found, but cuInit failed with " + CudaException.nameOf(code));
    }
    int[] count = new int[1];
    code = JCudaDriver.cuDeviceGetCount(count);
    if (code != CUresult.CUDA_SUCCESS) {
      return absent(LIBRARY + " was found, but cuDeviceGetCount failed with " + CudaException.nameOf(code));
    }
    return count[0] == 0
        ? absent(LIBRARY + " was found, but it knows no GPU") : new CudaDriver(Optional.empty(), count[0]);
  }

  private static CudaDriver absent(String why) {
    return new CudaDriver(Optional.of(why), 0);
  }

  @Override
  public Device open(int index) {
    if (index < 0 || index >= count) {
      throw new DeviceException("there is no cuda:" + index + " among " + count + " GPUs");
    }
    return CudaDevice.open(index);
  }
}
