package nibble.engine.device.emulator;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.target.Target;
import nibble.emulator.Allocation;
import nibble.emulator.Machine;
import nibble.emulator.PtxException;
import nibble.emulator.PtxProgram;
import nibble.emulator.TensorMap;
import nibble.emulator.tma.Swizzle;
import nibble.emulator.tma.TensorElement;
import nibble.engine.device.Device;
import nibble.engine.device.DeviceBuffer;
import nibble.engine.device.DeviceEvent;
import nibble.engine.device.DeviceException;
import nibble.engine.device.DeviceInfo;
import nibble.engine.device.DeviceModule;
import nibble.engine.device.DeviceStream;
import nibble.engine.device.HostBuffer;
import nibble.engine.device.KernelArgument;
import nibble.engine.device.MemoryInfo;
import nibble.engine.device.MemoryStatistics;
import nibble.engine.device.MemoryStatistics.LiveBuffer;
import nibble.engine.device.TensorView;

/**
 * The PTX machine as a device. It has the limits of the target that it stands for, so that what runs here fits a GPU.
 * Every buffer is an allocation of its own, so an access beyond it is a fault.
 */
public final class EmulatedDevice implements Device {
  private static final int CLOSED = -1;

  private final Machine machine;
  private final Target target;
  private final Map<Allocation, LiveBuffer> live = new LinkedHashMap<>();
  private final List<EmulatedModule> modules = new ArrayList<>();
  private long usedBytes;
  private long peakBytes;
  private long allocations;

  /**
   * A device for a target.
   *
   * @param machine runs the kernels; closed with the device
   */
  public EmulatedDevice(Machine machine, Target target) {
    this.machine = machine;
    this.target = target;
  }

  @Override
  public DeviceInfo info() {
    int cores = Runtime.getRuntime().availableProcessors();
    return new DeviceInfo(
        "emulator", "PTX machine for " + target.name() + " on " + cores + " CPU cores", target.name(), cores,
        target.limits().threadsPerBlock(), target.limits().sharedStatic(), target.limits().sharedPerBlock(),
        Runtime.getRuntime().maxMemory());
  }

  @Override
  public MemoryInfo memory() {
    long total = Runtime.getRuntime().maxMemory();
    return new MemoryInfo(Math.max(0, total - machine.memory().bytesInUse()), total);
  }

  @Override
  public DeviceBuffer allocate(String name, long bytes) {
    Allocation allocation;
    try {
      allocation = machine.memory().allocate(bytes, name);
    } catch (OutOfMemoryError e) {
      throw new DeviceException(
          "the PTX machine has no " + bytes + " bytes for " + name, "give the JVM a larger heap with -Xmx");
    }
    live.put(allocation, new LiveBuffer(name, bytes));
    allocations++;
    usedBytes += bytes;
    peakBytes = Math.max(peakBytes, usedBytes);
    return new EmulatedBuffer(allocation, this::free);
  }

  private void free(Allocation allocation) {
    LiveBuffer buffer = live.remove(allocation);
    usedBytes -= buffer.bytes();
    machine.memory().free(allocation);
  }

  @Override
  public HostBuffer allocateHost(long bytes) {
    return new HeapBuffer(Arena.ofAuto().allocate(bytes));
  }

  /** Memory of this process. */
  private record HeapBuffer(MemorySegment segment) implements HostBuffer {
    @Override
    public void close() {
      // It goes when nobody refers to it any more.
    }
  }

  @Override
  public DeviceModule load(String name, String ptx) {
    PtxProgram program;
    try {
      program = machine.load(ptx, name + ".ptx");
    } catch (PtxException e) {
      throw new DeviceException("the PTX machine refuses " + name + ":\n" + e.getMessage());
    }
    EmulatedModule module = new EmulatedModule(program, target);
    modules.add(module);
    return module;
  }

  @Override
  public KernelArgument.TensorMap tensorMap(TensorView view) {
    TensorElement element = switch (view.elementBytes()) {
      case 1 -> TensorElement.U8;
      case 2 -> TensorElement.U16;
      default -> TensorElement.U32;
    };
    Swizzle swizzle = switch (view.swizzle()) {
      case 32 -> Swizzle.B32;
      case 64 -> Swizzle.B64;
      default -> Swizzle.B128;
    };
    try {
      return new KernelArgument.TensorMap(TensorMap.of(element, view.address())
          .dimensions(view.extents().toArray()).strides(view.strides().toArray()).box(view.box().toArray())
          .swizzle(swizzle).encode());
    } catch (IllegalArgumentException e) {
      throw new DeviceException(
          "the PTX machine refuses a tensor map of " + view.buffer().name() + ": " + e.getMessage());
    }
  }

  @Override
  public DeviceStream stream() {
    return new EmulatedStream(machine, info());
  }

  @Override
  public DeviceEvent event() {
    return new EmulatedEvent();
  }

  @Override
  public void synchronize() {
    // Every call is done when it returns.
  }

  @Override
  public MemoryStatistics statistics() {
    return new MemoryStatistics(usedBytes, peakBytes, usedBytes, allocations, 0, ImmutableList.copyOf(live.values()));
  }

  @Override
  public void close() {
    modules.forEach(EmulatedModule::close);
    List.copyOf(live.keySet()).forEach(this::free);
    machine.close();
  }

  /** A place in a stream of work that is done at once: a moment. */
  private static final class EmulatedEvent implements DeviceEvent {
    private long nanos = CLOSED;

    void reach() {
      nanos = System.nanoTime();
    }

    @Override
    public boolean isReached() {
      return nanos != CLOSED;
    }

    @Override
    public void synchronize() {
      // What it marks is done.
    }

    @Override
    public double millisecondsSince(DeviceEvent earlier) {
      return (nanos - ((EmulatedEvent) earlier).nanos) / 1e6;
    }

    @Override
    public void close() {
      // It holds nothing.
    }
  }

  /** Marks an event as reached. */
  static void reach(DeviceEvent event) {
    ((EmulatedEvent) event).reach();
  }
}
