package nibble.engine.device.emulator;

import nibble.codegen.target.Target;
import nibble.emulator.LaunchException;
import nibble.emulator.PtxKernel;
import nibble.emulator.PtxProgram;
import nibble.engine.device.DeviceException;
import nibble.engine.device.DeviceKernel;
import nibble.engine.device.DeviceModule;
import nibble.engine.device.KernelResources;

/** PTX that the machine has loaded. */
final class EmulatedModule implements DeviceModule {
  private final PtxProgram program;
  private final Target target;
  private boolean closed;

  EmulatedModule(PtxProgram program, Target target) {
    this.program = program;
    this.target = target;
  }

  /** A kernel of the machine. */
  record EmulatedKernel(PtxKernel kernel, KernelResources resources) implements DeviceKernel {
    @Override
    public String name() {
      return kernel.name();
    }
  }

  @Override
  public String name() {
    return program.name();
  }

  @Override
  public String log() {
    return "";
  }

  @Override
  public DeviceKernel kernel(String entry) {
    try {
      PtxKernel kernel = program.kernel(entry);
      int threads = kernel.tuning("maxntid").stream().reduce((a, b) -> a * b).orElse(target.limits().threadsPerBlock());
      // Registers are the assembler's to give; the machine has as many as the PTX names.
      return new EmulatedKernel(kernel, new KernelResources(0, kernel.sharedBytes(), 0, threads));
    } catch (LaunchException e) {
      throw new DeviceException(e.getMessage());
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      program.close();
    }
  }
}
