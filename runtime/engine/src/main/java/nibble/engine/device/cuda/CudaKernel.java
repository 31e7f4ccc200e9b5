package nibble.engine.device.cuda;

import java.util.concurrent.atomic.AtomicInteger;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.JCudaDriver;
import nibble.engine.device.DeviceKernel;
import nibble.engine.device.KernelResources;

/**
 * A kernel.
 *
 * @param context where it is loaded
 * @param name its entry
 * @param function the driver's handle
 * @param resources what it takes
 * @param dynamicLimit dynamic shared memory that it may be launched with at present
 */
record CudaKernel(
    CudaContext context, String name, CUfunction function, KernelResources resources, AtomicInteger dynamicLimit)
    implements DeviceKernel {
  static CudaKernel of(CudaContext context, String name, CUfunction function) {
    KernelResources resources = new KernelResources(
        attribute(context, name, function, CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS),
        attribute(context, name, function, CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES),
        attribute(context, name, function, CUfunction_attribute.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES),
        attribute(context, name, function, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK));
    int limit = attribute(
        context, name, function, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES);
    return new CudaKernel(context, name, function, resources, new AtomicInteger(limit));
  }

  /** Allows more dynamic shared memory than a kernel has without asking: 48 KiB less its static shared memory. */
  void allowDynamicShared(int bytes) {
    if (bytes > dynamicLimit.get()) {
      context.call(
          "allowing " + name + " to have " + bytes + " bytes of dynamic shared memory",
          () -> JCudaDriver.cuFuncSetAttribute(
              function, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes));
      dynamicLimit.set(bytes);
    }
  }

  private static int attribute(CudaContext context, String name, CUfunction function, int attribute) {
    int[] value = new int[1];
    context.call(
        "reading " + CUfunction_attribute.stringFor(attribute) + " of " + name,
        () -> JCudaDriver.cuFuncGetAttribute(value, attribute, function));
    return value[0];
  }
}
