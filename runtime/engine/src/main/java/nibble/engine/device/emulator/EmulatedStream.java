package nibble.engine.device.emulator;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.Finding;
import nibble.emulator.KernelFault;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchConfig.Extent;
import nibble.emulator.Machine;
import nibble.emulator.MachineException;
import nibble.emulator.PtxKernel;
import nibble.engine.device.DeviceBuffer;
import nibble.engine.device.DeviceEvent;
import nibble.engine.device.DeviceException;
import nibble.engine.device.DeviceInfo;
import nibble.engine.device.DeviceStream;
import nibble.engine.device.Dim3;
import nibble.engine.device.HostBuffer;
import nibble.engine.device.KernelArgument;
import nibble.engine.device.Launch;

/** A stream of the PTX machine: work is done when the call returns. */
final class EmulatedStream implements DeviceStream {
  private final Machine machine;
  private final DeviceInfo device;

  EmulatedStream(Machine machine, DeviceInfo device) {
    this.machine = machine;
    this.device = device;
  }

  private static Allocation allocation(DeviceBuffer buffer) {
    return ((EmulatedBuffer) buffer).allocation();
  }

  @Override
  public void copyIn(HostBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes) {
    allocation(to).write(from.segment().asSlice(fromOffset, bytes), toOffset);
  }

  @Override
  public void copyOut(DeviceBuffer from, long fromOffset, HostBuffer to, long toOffset, long bytes) {
    allocation(from).read(to.segment().asSlice(toOffset, bytes), fromOffset);
  }

  @Override
  public void copy(DeviceBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes) {
    allocation(to).copy(allocation(from), fromOffset, toOffset, bytes);
  }

  @Override
  public void fill(DeviceBuffer buffer, long offset, long bytes, byte value) {
    allocation(buffer).fill(offset, bytes, value);
  }

  @Override
  public void launch(Launch launch) {
    launch.requireFits(device);
    List<Argument> arguments =
        launch.arguments().stream().map(KernelArgument::bytes).map(Argument::of).toList();
    LaunchConfig config =
        new LaunchConfig(extent(launch.grid()), extent(launch.block()), launch.dynamicSharedBytes());
    PtxKernel kernel = ((EmulatedModule.EmulatedKernel) launch.kernel()).kernel();
    List<Finding> findings;
    try {
      findings = machine.launch(kernel, config, arguments).findings();
    } catch (KernelFault e) {
      // That is all that generated kernels check, and they have no way to say what they found.
      Optional<String> hint = e.kind() == KernelFault.Kind.TRAP
          ? Optional.of("kernels trap where an index is outside of the table that it is for: look at the inputs")
          : Optional.empty();
      throw new DeviceException("the PTX machine stopped: " + e.getMessage(), hint);
    } catch (MachineException e) {
      throw new DeviceException("the PTX machine stopped: " + e.getMessage());
    }
    if (!findings.isEmpty()) {
      throw new DeviceException(
          "the PTX machine found: " + findings.stream().map(Finding::toString).collect(Collectors.joining("\n")));
    }
  }

  private static Extent extent(Dim3 extent) {
    return new Extent(extent.x(), extent.y(), extent.z());
  }

  @Override
  public void record(DeviceEvent event) {
    EmulatedDevice.reach(event);
  }

  @Override
  public void waitFor(DeviceEvent event) {
    // What it marks is done.
  }

  @Override
  public void synchronize() {
    // All is done.
  }

  @Override
  public void close() {
    // It holds nothing.
  }
}
