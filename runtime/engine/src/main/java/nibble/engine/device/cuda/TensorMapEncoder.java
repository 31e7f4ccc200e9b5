package nibble.engine.device.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.stream.IntStream;
import jcuda.driver.CUresult;
import nibble.engine.device.DeviceException;
import nibble.engine.device.TensorView;

/**
 * Has the driver encode tensor maps, whose layout it alone knows ({@code cuTensorMapEncodeTiled}, CUDA Driver API,
 * "Tensor Map Object Management"). JCuda has no method for it, so it is called by itself.
 */
final class TensorMapEncoder {
  private static final String FUNCTION = "cuTensorMapEncodeTiled";
  private static final int BYTES = 128;
  private static final int ALIGNMENT = 64;
  private static final int PLAIN = 0;
  private static final int PROMOTE_TO_128_BYTES = 2;

  private final MethodHandle function;

  private TensorMapEncoder(MethodHandle function) {
    this.function = function;
  }

  /**
   * The encoder of the driver.
   *
   * @throws DeviceException where the driver is older than tensor maps
   */
  @SuppressWarnings("restricted")
  static TensorMapEncoder ofDriver() {
    MemorySegment address = SymbolLookup.libraryLookup(CudaDriver.LIBRARY, Arena.global()).find(FUNCTION)
        .orElseThrow(() -> new DeviceException(
            "the kernels copy tensors by tensor maps, and the driver has no " + FUNCTION,
            "update it to one of CUDA 12 or later"));
    FunctionDescriptor type = FunctionDescriptor.of(
        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG,
        ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT,
        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    return new TensorMapEncoder(Linker.nativeLinker().downcallHandle(address, type));
  }

  /**
   * The map of a tensor, as a kernel's parameter holds it.
   *
   * @throws CudaException where the driver refuses it
   */
  byte[] encode(TensorView view) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment map = arena.allocate(BYTES, ALIGNMENT);
      int[] steps = IntStream.generate(() -> 1).limit(view.box().length()).toArray();
      int code = (int) function.invokeExact(
          map, Integer.numberOfTrailingZeros(view.elementBytes()), view.extents().length(), view.address(),
          arena.allocateFrom(ValueLayout.JAVA_LONG, view.extents().toArray()),
          arena.allocateFrom(ValueLayout.JAVA_LONG, view.strides().toArray()),
          arena.allocateFrom(ValueLayout.JAVA_INT, view.box().toArray()),
          arena.allocateFrom(ValueLayout.JAVA_INT, steps),
          PLAIN, Integer.numberOfTrailingZeros(view.swizzle() / 16), PROMOTE_TO_128_BYTES, PLAIN);
      if (code != CUresult.CUDA_SUCCESS) {
        throw new CudaException(code, "encoding a tensor map of " + view.buffer().name());
      }
      return map.toArray(ValueLayout.JAVA_BYTE);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
