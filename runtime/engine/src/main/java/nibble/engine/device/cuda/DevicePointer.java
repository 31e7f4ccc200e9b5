package nibble.engine.device.cuda;

import jcuda.driver.CUdeviceptr;

/** A device pointer whose address can be read and chosen, which JCuda's own does not offer. */
final class DevicePointer extends CUdeviceptr {
  DevicePointer() {}

  private DevicePointer(DevicePointer start, long offset) {
    super(start, offset);
  }

  /** A pointer to that address: an offset from null. */
  static DevicePointer to(long address) {
    return new DevicePointer(new DevicePointer(), address);
  }

  /** The address. */
  long address() {
    return getNativePointer() + getByteOffset();
  }
}
