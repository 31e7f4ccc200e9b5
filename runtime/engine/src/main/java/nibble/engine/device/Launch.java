package nibble.engine.device;

import com.google.common.collect.ImmutableList;

/**
 * A kernel launch.
 *
 * @param kernel what to launch
 * @param grid blocks
 * @param block threads of a block
 * @param dynamicSharedBytes shared memory of a block beside the kernel's own
 * @param arguments one for each parameter, in order
 */
public record Launch(
    DeviceKernel kernel, Dim3 grid, Dim3 block, int dynamicSharedBytes, ImmutableList<KernelArgument> arguments) {
  /**
   * Checks the launch against what kernel and device allow.
   *
   * @throws DeviceException where the block is too large or asks for too much shared memory
   */
  public void requireFits(DeviceInfo device) {
    KernelResources resources = kernel.resources();
    int threads = Math.min(device.maxThreadsPerBlock(), resources.maxThreadsPerBlock());
    if (block.count() > threads) {
      throw new DeviceException(
          "kernel " + kernel.name() + " can't be launched with " + block.count() + " threads a block: it allows "
              + threads + " on " + device.name() + " (" + resources.registers() + " registers a thread)");
    }
    long shared = (long) resources.sharedBytes() + dynamicSharedBytes;
    if (dynamicSharedBytes < 0 || shared > device.maxSharedBytesPerBlock()) {
      throw new DeviceException(
          "kernel " + kernel.name() + " asks for " + shared + " bytes of shared memory a block; " + device.name()
              + " has " + device.maxSharedBytesPerBlock(),
          "compile for " + device.target() + ", or choose smaller tiles");
    }
  }
}
