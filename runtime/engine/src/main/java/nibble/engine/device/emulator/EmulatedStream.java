package nibble.engine.device.emulator;

import java.lang.foreign.MemorySegment;
import java.util.List;
import nibble.emulator.Argument;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchConfig.Extent;
import nibble.emulator.Machine;
import nibble.emulator.MachineException;
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

  private static MemorySegment segment(DeviceBuffer buffer) {
    return ((EmulatedBuffer) buffer).allocation().segment();
  }

  @Override
  public void copyIn(HostBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes) {
    MemorySegment.copy(from.segment(), fromOffset, segment(to), toOffset, bytes);
  }

  @Override
  public void copyOut(DeviceBuffer from, long fromOffset, HostBuffer to, long toOffset, long bytes) {
    MemorySegment.copy(segment(from), fromOffset, to.segment(), toOffset, bytes);
  }

  @Override
  public void copy(DeviceBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes) {
    MemorySegment.copy(segment(from), fromOffset, segment(to), toOffset, bytes);
  }

  @Override
  public void fill(DeviceBuffer buffer, long offset, long bytes, byte value) {
    segment(buffer).asSlice(offset, bytes).fill(value);
  }

  @Override
  public void launch(Launch launch) {
    launch.requireFits(device);
    List<Argument> arguments =
        launch.arguments().stream().map(KernelArgument::bytes).map(Argument::of).toList();
    LaunchConfig config =
        new LaunchConfig(extent(launch.grid()), extent(launch.block()), launch.dynamicSharedBytes());
    try {
      machine.launch(((EmulatedModule.EmulatedKernel) launch.kernel()).kernel(), config, arguments);
    } catch (MachineException e) {
      throw new DeviceException("the PTX machine stopped: " + e.getMessage());
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
