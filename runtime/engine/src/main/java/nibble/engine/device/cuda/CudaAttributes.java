package nibble.engine.device.cuda;

import java.nio.charset.StandardCharsets;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import nibble.engine.device.DeviceInfo;

/** Reads what a GPU is. */
final class CudaAttributes {
  private static final int NAME_BYTES = 256;

  private CudaAttributes() {}

  static DeviceInfo read(CUdevice device, int index) {
    String name = "cuda:" + index;
    byte[] product = new byte[NAME_BYTES];
    check(JCudaDriver.cuDeviceGetName(product, product.length, device), "reading the name of " + name);
    long[] memory = new long[1];
    check(JCudaDriver.cuDeviceTotalMem(memory, device), "reading the memory size of " + name);
    int major = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, name);
    int minor = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, name);
    return new DeviceInfo(
        name,
        text(product) + ", compute capability " + major + "." + minor,
        target(major, minor),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, name),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK, name),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK, name),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, name),
        memory[0]);
  }

  /** From Hopper on, the target with the features of exactly this architecture ("a") is the one that has them all. */
  static String target(int major, int minor) {
    return "sm_" + major + minor + (major >= 9 ? "a" : "");
  }

  private static int attribute(CUdevice device, int attribute, String name) {
    int[] value = new int[1];
    check(
        JCudaDriver.cuDeviceGetAttribute(value, attribute, device),
        "reading " + CUdevice_attribute.stringFor(attribute) + " of " + name);
    return value[0];
  }

  private static String text(byte[] bytes) {
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  private static void check(int code, String doing) {
    if (code != CUresult.CUDA_SUCCESS) {
      throw new CudaException(code, doing);
    }
  }
}
